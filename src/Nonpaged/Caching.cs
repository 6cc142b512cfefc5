namespace Nonpaged;

/// <summary>How the CPU may cache a block, seen from a device that reads and writes it.</summary>
public enum Caching
{
    /// <summary>The caller does not care.</summary>
    Any,

    /// <summary>CPU and device see the same bytes without a flush around DMA. Ordinary cached memory is that on x86-64.</summary>
    Coherent,

    /// <summary>The CPU bypasses its cache: page attribute UC or UC-.</summary>
    Uncached,

    /// <summary>
    /// Reads bypass the CPU's cache, and writes are collected in buffers: page attribute WC. The device sees them once these are
    /// drained, which an access to a register does, and Interlocked.MemoryBarrier.
    /// </summary>
    WriteCombined,
}
