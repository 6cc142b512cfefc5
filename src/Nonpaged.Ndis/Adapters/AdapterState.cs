namespace Nonpaged.Ndis;

/// <summary>Where an adapter is in its life.</summary>
public enum AdapterState
{
    /// <summary>MiniportInitialize runs.</summary>
    Initializing,

    /// <summary>It sends and receives.</summary>
    Running,

    /// <summary>MiniportReset runs, or its completion is awaited.</summary>
    Resetting,

    /// <summary>It sleeps, and does nothing until <see cref="Adapter.Resume"/>.</summary>
    Suspended,

    /// <summary>It is being halted.</summary>
    Halting,

    /// <summary>It was halted, or its initialization failed: it holds nothing any more.</summary>
    Halted,
}
