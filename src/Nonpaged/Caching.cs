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
}
