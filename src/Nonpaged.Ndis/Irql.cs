namespace Nonpaged.Ndis;

/// <summary>
/// The interrupt request level at which driver code runs. NDIS documents for each call up to which it may be made.
/// </summary>
public enum Irql : byte
{
    /// <summary>Initialization, halt, and everything that may wait.</summary>
    PASSIVE_LEVEL = 0,

    /// <summary>Deferred handling, sends, timers.</summary>
    DISPATCH_LEVEL = 2,

    /// <summary>The interrupt service routine.</summary>
    DIRQL = 5,
}
