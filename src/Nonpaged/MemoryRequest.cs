namespace Nonpaged;

/// <summary>
/// What a caller needs of a block. Each guarantee is asked for by itself, and one that cannot be given makes the
/// allocation fail: nothing is downgraded silently. Residency is not among them, because every block has it.
/// </summary>
/// <param name="Length">Size in bytes. 0 is refused.</param>
public sealed record MemoryRequest(nuint Length)
{
    /// <summary>A request of so many bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public MemoryRequest(int length)
        : this(Positive(length))
    {
    }

    /// <inheritdoc cref="MemoryRequest(int)"/>
    public MemoryRequest(long length)
        : this(Positive(length))
    {
    }

    /// <summary>A request of so many bytes.</summary>
    public MemoryRequest(uint length)
        : this((nuint)length)
    {
    }

    /// <summary>
    /// Alignment in bytes of the address and of the physical address: a power of two. 0 takes the natural one: 16 bytes for
    /// small blocks, a page (4096) for all others.
    /// </summary>
    public nuint Alignment { get; init; }

    /// <summary>One physical range must back the whole block.</summary>
    public bool Contiguous { get; init; }

    /// <summary>The last byte of the block must lie at or below this physical address.</summary>
    public PhysicalAddress HighestAcceptableAddress { get; init; } = PhysicalAddress.Max;

    /// <summary>What the block needs of the CPU's cache.</summary>
    public Caching Caching { get; init; }

    /// <summary>The NUMA node that all of it must lie on; null for any (numa(7)).</summary>
    public int? Node { get; init; }

    /// <summary>
    /// Whether, and how, the physical address must be kept from changing while the block lives. Not implied by residency: the
    /// kernel moves an mlocked page when it compacts memory (vm.compact_unevictable_allowed). Contiguity, a limit and a physical
    /// alignment of more than a page are properties of memory that can't move, so a request for one of them is pinned in any
    /// case; with <see cref="PinDemand.None"/> it is an <see cref="ArgumentException"/>.
    /// </summary>
    public PinDemand Pin { get; init; }

    /// <summary>The block starts on a page of its own and shares no page with another one.</summary>
    public bool WholePages { get; init; }

    /// <summary>The access protection of its single pages will be changed. Implies <see cref="WholePages"/>.</summary>
    public bool Protectable { get; init; }

    /// <summary>
    /// The block is handed out filled with zeros. A block that asks for more than a length and an alignment of up to a page is in
    /// any case; the contents of others are undefined, and may be those of a block of the pool that was freed.
    /// </summary>
    public bool Zeroed { get; init; }

    /// <summary>
    /// The block will be exported to another process. It then has a memory file of its own, so that the other one sees nothing
    /// else. Implies <see cref="WholePages"/>.
    /// </summary>
    public Sharing Shared { get; init; }

    /// <summary>Whatever the caller wants to find again with the block. Opaque to the pool.</summary>
    public object? Owner { get; init; }

    internal static nuint Positive(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return (nuint)length;
    }
}
