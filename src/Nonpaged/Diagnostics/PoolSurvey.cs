namespace Nonpaged;

/// <summary>Draws a pool's memory: its extents, what backs them, what is used and what is free.</summary>
/// <param name="tables">Read with the page store's lock held.</param>
/// <param name="recorded">The small blocks that are recorded.</param>
internal sealed unsafe class PoolSurvey(PageTables tables, IEnumerable<MemoryBlock> recorded)
{
    private readonly ILookup<int, MemoryBlock> _small = recorded.Where(block => !block.IsFreed && tables.IsUsed(block.LastStart))
        .ToLookup(block => tables.Map.Find(block.LastStart)->Owner);

    /// <summary>Draws a pool.</summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public static PoolMap Map(string pool, PageStore pages, RecordedHeap recorded)
    {
        (Extent Extent, List<PoolStretch> Stretches)[] extents;
        ulong longest;
        MemoryBlock[] small = recorded.Blocks;
        using (PageStore.Reading reading = pages.Read())
        {
            extents = new PoolSurvey(reading.Tables, small).Extents();
            longest = (ulong)reading.Tables.Free.LongestRun(ulong.MaxValue, contiguous: true) << Page.Shift;
        }

        // The frames of an extent never change, so that the lock is not needed for them.
        return new PoolMap
        {
            Pool = pool,
            LongestFreeRun = longest,
            Extents = [.. extents.Select(one => new PoolExtent(
                one.Extent.Start,
                one.Extent.Length,
                one.Extent.Rung,
                one.Extent.PinKind,
                PhysicalRangesOf(one.Extent),
                one.Stretches))],
        };
    }

    /// <summary>The extents in the order of their addresses.</summary>
    private (Extent Extent, List<PoolStretch> Stretches)[] Extents() =>
        [.. tables.Extents.OrderBy(extent => extent.Start).Select(extent => (extent, StretchesOf(extent)))];

    /// <summary>What backs an extent.</summary>
    private static List<PhysicalRange> PhysicalRangesOf(Extent extent)
    {
        var ranges = new List<PhysicalRange>();
        FrameTable frames = extent.Frames;
        for (nuint first = 0, end; first < extent.Pages; first = end)
        {
            end = first + 1;
            while (end < extent.Pages && IsContiguous(extent, end - 1)) end++;
            PhysicalAddress? start = frames[first] == PageEntry.Unknown ? null : new PhysicalAddress(frames[first]);
            ranges.Add(new PhysicalRange(start, (ulong)(end - first) << Page.Shift));
        }

        return ranges;
    }

    private static bool IsContiguous(Extent extent, nuint page)
    {
        ulong frame = extent.Frames[page];
        ulong next = extent.Frames[page + 1];
        if (frame != PageEntry.Unknown) return next == frame + Page.Size;
        nuint address = extent.Start + (page << Page.Shift);
        return next == PageEntry.Unknown && extent.IsContiguousWith(address, address + Page.Size);
    }

    private List<PoolStretch> StretchesOf(Extent extent)
    {
        var stretches = new List<PoolStretch>();
        for (nuint from = extent.Start, end; from < extent.End; from = end)
        {
            int owner = tables.Map.Find(from)->Owner;
            bool isFree = owner <= 0;
            end = isFree ? EndOfFree(from, extent.End) : EndOfOwner(owner, from, extent.End);
            stretches.Add(new PoolStretch(from - extent.Start, end - from, isFree ? null : UseOf(from)));
        }

        return stretches;
    }

    /// <summary>Where free ranges without a gap between them end. Their frames need not follow each other.</summary>
    private nuint EndOfFree(nuint from, nuint last)
    {
        while (from < last && tables.Free.At(from) is { } range) from = range.End;
        return from;
    }

    private nuint EndOfOwner(int owner, nuint from, nuint last)
    {
        while (from < last && tables.Map.Find(from)->Owner == owner) from = tables.Map.EndOf(from);
        return from;
    }

    private PoolUse UseOf(nuint address) => tables.OwnerAt(address) switch
    {
        MemoryBlock block => new PoolUse(1, block.Length, [block]),
        HeapSpan span => new PoolUse(span.UsedBlocks, (ulong)span.UsedBlocks * (ulong)span.BlockSize, [.. _small[span.Place]]),
        _ => new PoolUse(0, 0, []),
    };
}
