namespace Nonpaged;

/// <summary>Where a block of a pool meets a page without access (<see cref="NonpagedPoolOptions.GuardPages"/>).</summary>
public enum GuardPages
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>The page behind its last byte has none: what writes or reads past the end faults at once.</summary>
    Behind,

    /// <summary>The page before its first byte has none: what writes or reads before the start faults at once.</summary>
    Before,
}
