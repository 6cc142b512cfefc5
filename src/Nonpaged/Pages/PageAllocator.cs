namespace Nonpaged;

/// <summary>
/// Runs of pages by zone. Free memory is kept as ranges, in one set a zone ordered by size; the page map's entries at both ends
/// of a range name it, so that a free finds its neighbours without a search. Callers hold the pool's lock.
/// </summary>
internal sealed unsafe partial class PageAllocator(PageMap map, OwnerTable owners)
{
    private readonly SortedSet<FreeRange>[] _zones = [new(FreeRange.BySize), new(FreeRange.BySize), new(FreeRange.BySize), new(FreeRange.BySize)];
    private readonly ulong[] _freePages = new ulong[Zone.Count];

    public ulong FreePages => _freePages.Aggregate(0UL, (sum, pages) => sum + pages);

    /// <summary>Takes over an extent, all of it free.</summary>
    public void Add(Extent extent)
    {
        map.Cover(extent.Start, extent.Length);
        extent.Place = owners.Add(extent);
        for (nuint done = 0, end; done < extent.Pages; done = end)
        {
            end = extent.Frames.IsKnown ? extent.Frames.EndOfRun(done, extent.Pages) : extent.Pages;
            map.Set(extent.Start + (done << Page.Shift), end - done, extent.Frames[done], extent.Place);
        }

        Release(extent.Start, extent.Pages);
    }

    /// <summary>Gives up an extent of which every page is free.</summary>
    public void Remove(Extent extent)
    {
        foreach (FreeRange range in RangesOf(extent)) Take(range);
        map.Clear(extent.Start, extent.Pages);
        owners.Remove(extent.Place);
    }

    /// <summary>Takes a run and marks its pages as the owner's. Returns its address, or 0 where no free memory is like that.</summary>
    public nuint Allocate(PageRequest request, int owner)
    {
        if (Search(request) is not { } found) return 0;
        Carve(found.Range, found.Start, request.Pages);
        map.SetOwner(found.Start, request.Pages, owner);
        found.Range.Extent.UsedPages += request.Pages;
        return found.Start;
    }

    /// <summary>Takes the run that starts with a free range, whatever follows that physically. False where not so many pages are free there.</summary>
    public bool TryAllocateAt(nuint start, nuint pages, int owner)
    {
        if (FreeAt(start) is not { } first || first.Start != start) return false;
        nuint free = 0;
        for (FreeRange? range = first; range is not null && free < pages; range = NeighbourAfter(range)) free += range.Pages;
        if (free < pages) return false;
        Carve(first, start, pages);
        map.SetOwner(start, pages, owner);
        first.Extent.UsedPages += pages;
        return true;
    }

    /// <summary>Gives a run back. Returns the extent that it lies in.</summary>
    public Extent Free(nuint start, nuint pages)
    {
        map.SetOwner(start, pages, 0);
        Extent extent = ExtentOf(start);
        extent.UsedPages -= pages;
        Release(start, pages);
        return extent;
    }

    public Extent ExtentOf(nuint address) =>
        owners.TryGet(map.Find(address)->Extent, out Extent? extent) ? extent : throw new InvalidOperationException("The page map lost an extent.");

    /// <summary>Whether the page after this one follows it physically, as far as that is known.</summary>
    public bool FollowsPhysically(nuint address)
    {
        PageEntry* entry = map.Find(address);
        PageEntry* next = map.Find(address + Page.Size);
        if (next == null || next->Extent != entry->Extent) return false;
        if (entry->Physical != PageEntry.Unknown) return map.PhysicalOf(address + Page.Size) == map.PhysicalOf(address) + Page.Size;
        return next->Physical == PageEntry.Unknown && ExtentOf(address).IsContiguousWith(address, address + Page.Size);
    }

    /// <summary>Makes pages free ranges again, each merged with its free neighbours.</summary>
    private void Release(nuint start, nuint pages)
    {
        nuint end = start + (pages << Page.Shift);
        Extent extent = ExtentOf(start);
        while (start < end)
        {
            nuint next = EndOfRun(start, end);
            Put(Merge(new FreeRange(extent, start, (next - start) >> Page.Shift, map.PhysicalOf(start))));
            start = next;
        }
    }

    /// <summary>How far pages of one extent follow each other physically, in one zone.</summary>
    private nuint EndOfRun(nuint start, nuint end)
    {
        Extent extent = ExtentOf(start);
        nuint page = (start - extent.Start) >> Page.Shift;
        ulong physical = extent.Frames[page];
        nuint run = (extent.Frames.EndOfRun(page, (end - extent.Start) >> Page.Shift) - page) << Page.Shift;
        return start + (physical == PageEntry.Unknown ? run : (nuint)ulong.Min(run, Zone.Limit(Zone.Of(physical)) - physical));
    }

    private FreeRange Merge(FreeRange range)
    {
        if (NeighbourBefore(range) is { } before && before.Zone == range.Zone && FollowsPhysically(range.Start - Page.Size))
        {
            Take(before);
            range = new FreeRange(range.Extent, before.Start, before.Pages + range.Pages, before.Physical);
        }

        if (NeighbourAfter(range) is { } after && after.Zone == range.Zone && FollowsPhysically(range.End - Page.Size))
        {
            Take(after);
            range = new FreeRange(range.Extent, range.Start, range.Pages + after.Pages, range.Physical);
        }

        return range;
    }

    private FreeRange? NeighbourBefore(FreeRange range) => range.Start == range.Extent.Start ? null : FreeAt(range.Start - Page.Size);

    private FreeRange? NeighbourAfter(FreeRange range) => range.End == range.Extent.End ? null : FreeAt(range.End);

    /// <summary>The free range that starts or ends with a page.</summary>
    private FreeRange? FreeAt(nuint address)
    {
        PageEntry* entry = map.Find(address);
        return entry != null && entry->Owner < 0 && owners.TryGet(entry->Owner, out FreeRange? range) ? range : null;
    }

    private void Put(FreeRange range)
    {
        range.Place = owners.Add(range);
        map.SetEnds(range.Start, range.Pages, -range.Place);
        _zones[range.Zone].Add(range);
        _freePages[range.Zone] += range.Pages;
    }

    private void Take(FreeRange range)
    {
        _zones[range.Zone].Remove(range);
        _freePages[range.Zone] -= range.Pages;
        map.SetEnds(range.Start, range.Pages, 0);
        owners.Remove(range.Place);
    }

    /// <summary>Takes pages out of the free ranges that they lie in, the first of which is given, and puts back what is left of these.</summary>
    private void Carve(FreeRange range, nuint start, nuint pages)
    {
        nuint end = start + (pages << Page.Shift);
        while (true)
        {
            Take(range);
            if (range.Start < start) Put(new FreeRange(range.Extent, range.Start, (start - range.Start) >> Page.Shift, range.Physical));
            if (range.End > end) Put(new FreeRange(range.Extent, end, (range.End - end) >> Page.Shift, range.PhysicalAt(end)));
            if (range.End >= end) return;
            range = FreeAt(range.End) ?? throw new InvalidOperationException("A search found pages that are not free.");
        }
    }

    private IEnumerable<FreeRange> RangesOf(Extent extent) => [.. owners.OfType<FreeRange>().Where(range => range.Extent == extent)];
}
