namespace Nonpaged;

/// <summary>Finds blocks by their addresses, whichever part of the pool has them. Has no lock of its own.</summary>
/// <param name="recorded">Other small ones.</param>
/// <param name="pages">Whole pages.</param>
/// <param name="fenced">Instead of both: blocks beside pages without access; null in most pools.</param>
/// <param name="freed">What was freed; null where that is not remembered.</param>
internal sealed unsafe class BlockIndex(PageStore pages, RecordedHeap recorded, FencedBlocks? fenced, FreedBlocks? freed)
{
    /// <summary>The blocks with a record that are in use.</summary>
    public MemoryBlock[] Blocks
    {
        get
        {
            MemoryBlock[] small = fenced?.Blocks ?? recorded.Blocks;
            using PageStore.Reading reading = pages.ReadEvenIfOver();
            return [.. reading.Tables.All<MemoryBlock>(), .. small];
        }
    }

    /// <summary>The block with a record that an address lies in.</summary>
    public MemoryBlock? Find(nuint address) => OwnerAt(address) switch
    {
        MemoryBlock block => block,
        Fence fence => fence.Block.IsFreed ? null : fence.Block,
        HeapSpan span => recorded.Find(span, address),
        _ => null,
    };

    /// <summary>The block that was freed last at an address where none is in use.</summary>
    public MemoryBlock? FindFreed(nuint address) => Find(address) is null ? freed?.Find(address) : null;

    /// <summary>
    /// How many bytes of the block that starts at an address can be used; 0 where none in use does. Not
    /// of the magazine heap's blocks.
    /// </summary>
    public nuint UsableSize(nuint address) => OwnerAt(address) switch
    {
        MemoryBlock block => block.Start == address ? Page.RoundUp(block.Length, Page.Size) : 0,
        Fence { Block: { IsFreed: false } block } => block.Start == address ? block.Length : 0,
        HeapSpan { States: null } span => recorded.UsableSize(span, address),
        _ => 0,
    };

    /// <summary>The pages that a small block in use shares with others of its size.</summary>
    public HeapSpan? SpanAt(nuint address) => OwnerAt(address) as HeapSpan;

    /// <summary>Tells what is wrong with a free: null where nothing is.</summary>
    public string? Tell(BadFree bad, nuint address) => bad switch
    {
        BadFree.None => null,
        BadFree.Foreign => "is not of this pool",
        BadFree.Middle => $"lies inside {Name(address)}, not at its start",
        BadFree.WrongLength => $"is {Name(address)}, and the length given is another",
        _ => "is not a block in use: it was freed before, or never allocated",
    };

    private string Name(nuint address)
    {
        if (Find(address) is { } block) return $"the block of {block.Length} bytes at 0x{block.Start:x}";
        return OwnerAt(address) is HeapSpan span && span.BlockOf(address) is not 0 and var start
            ? $"the block of up to {span.BlockSize} bytes at 0x{start:x}"
            : "a block";
    }

    private IPageOwner? OwnerAt(nuint address)
    {
        using PageStore.Reading reading = pages.ReadEvenIfOver();
        return reading.Tables.OwnerAt(address);
    }
}
