namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// A picture of the pool's memory at this moment: its extents, what backs them, what is used and what is free. Other threads' calls wait while
    /// the pages in use are counted, which takes some milliseconds for each GiB of them.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public PoolMap GetMap()
    {
        (Extent Extent, List<PoolStretch> Stretches)[] extents;
        ulong longest;
        lock (_gate)
        {
            ThrowIfDisposed();
            ILookup<int, MemoryBlock> small = _heapBlocks.ToLookup(block => _map.Find(block.Key)->Owner, block => block.Value);
            extents = [.. _owners.OfType<Extent>().OrderBy(extent => extent.Start).Select(extent => (extent, StretchesOf(extent, small)))];
            longest = _pages.LongestRun(ulong.MaxValue, contiguous: true) << Page.Shift;
        }

        // The frames of an extent never change, so that the lock is not needed for them.
        return new PoolMap
        {
            Pool = Options.Name,
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

    private List<PoolStretch> StretchesOf(Extent extent, ILookup<int, MemoryBlock> small)
    {
        var stretches = new List<PoolStretch>();
        for (nuint from = extent.Start, end; from < extent.End; from = end)
        {
            int owner = _map.Find(from)->Owner;
            bool isFree = owner <= 0;
            end = isFree ? EndOfFree(from, extent.End) : EndOfOwner(owner, from, extent.End);
            stretches.Add(new PoolStretch(from - extent.Start, end - from, isFree ? null : UseOf(owner, small)));
        }

        return stretches;
    }

    /// <summary>Where free ranges without a gap between them end. Their frames need not follow each other.</summary>
    private nuint EndOfFree(nuint from, nuint last)
    {
        while (from < last && _map.Find(from)->Owner is < 0 and var place && _owners.TryGet(place, out FreeRange? range)) from = range.End;
        return from;
    }

    private nuint EndOfOwner(int owner, nuint from, nuint last)
    {
        while (from < last && _map.Find(from)->Owner == owner) from = _map.EndOf(from);
        return from;
    }

    private PoolUse UseOf(int owner, ILookup<int, MemoryBlock> small)
    {
        if (_owners.TryGet(owner, out MemoryBlock? block)) return new PoolUse(1, block.Length, [block]);
        if (_owners.TryGet(owner, out HeapSpan? span)) return new PoolUse(span.UsedBlocks, (ulong)span.UsedBlocks * (ulong)span.BlockSize, [.. small[owner]]);
        return new PoolUse(0, 0, []);
    }

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
}
