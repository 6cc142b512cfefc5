namespace Nonpaged;

/// <summary>How a pool is made.</summary>
public sealed record NonpagedPoolOptions
{
    /// <summary>The pool's name, in errors and in /proc/PID/maps.</summary>
    public string Name { get; init; } = "host";

    /// <summary>
    /// Records exact length and owner of each small block, too, and remembers recent frees, so that a bad free is told in full. Whole pages
    /// are always recorded.
    /// </summary>
    public bool Verify { get; init; }

    /// <summary>The pool never holds more than this many bytes.</summary>
    public ulong Ceiling { get; init; } = ulong.MaxValue;
}
