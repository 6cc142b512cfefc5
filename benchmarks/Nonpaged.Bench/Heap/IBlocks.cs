namespace Nonpaged.Bench;

/// <summary>
/// An allocator that is measured. Implemented by structs, so that each workload is compiled for each of
/// them with their calls inlined.
/// </summary>
/// <typeparam name="TBlock">What stands for a block: an address, or an object.</typeparam>
internal interface IBlocks<TBlock>
{
    /// <summary>The free is told the length, so that a workload keeps it.</summary>
    static abstract bool IsSized { get; }

    TBlock Allocate(nuint size);

    /// <summary>Of a block that was allocated with this size; only where <see cref="IsSized"/> it is used.</summary>
    void Free(TBlock block, nuint size);

    /// <summary>Its first 8 bytes.</summary>
    void WriteFirst(TBlock block, ulong value);

    void Write(TBlock block, nuint at, byte value);

    void Allocate(Span<TBlock> blocks, nuint size);

    void Free(ReadOnlySpan<TBlock> blocks, nuint size);

    /// <summary>
    /// What the allocator has from the kernel, in bytes, and how much of that it could give to
    /// anything, for a whole page or more.
    /// </summary>
    (ulong Held, ulong Free) Memory();
}
