namespace Nonpaged;

/// <summary>
/// Takes runs of pages out of the free ranges, and merges what comes back with its neighbours.
/// Callers hold the page store's lock.
/// </summary>
internal sealed unsafe class PageAllocator(PageMap map, OwnerTable owners, FreeRanges free)
{
    private readonly PageSearch _search = new(free);
    private readonly RecentRuns _recent = new(free);
    private readonly List<Extent> _extents = [];

    /// <summary>Those that it has.</summary>
    public IReadOnlyList<Extent> Extents => _extents;

    /// <summary>Takes over an extent, all of it free.</summary>
    public void Add(Extent extent)
    {
        map.Cover(extent.Start, extent.Length);
        extent.Place = owners.Add(extent);
        _extents.Add(extent);
        for (nuint done = 0, end; done < extent.Pages; done = end)
        {
            end = extent.Frames.IsKnown ? extent.Frames.EndOfRun(done, extent.Pages) : extent.Pages;
            map.Set(extent.Start + (done << Page.Shift), end - done, extent.Frames[done], extent.Place);
        }

        Release(extent, extent.Start, extent.Pages);
    }

    /// <summary>Gives up an extent whose pages are all free.</summary>
    public void Remove(Extent extent)
    {
        Settle();
        foreach (FreeRange range in free.Of(extent)) free.Remove(range);
        map.Clear(extent.Start, extent.Pages);
        owners.Remove(extent.Place);
        _extents.Remove(extent);
    }

    /// <summary>Forgets all extents.</summary>
    public void Clear() => _extents.Clear();

    /// <summary>
    /// Takes a run and marks its pages as those of a place. Its address, or 0 where no free memory is like that.
    /// </summary>
    public nuint Take(in PageRequest request, int place)
    {
        if (_recent.TryTake(request, out RecentRuns.Run run))
        {
            map.SetOwner(run.Start, run.Pages, place);
            run.Extent.UsedPages += run.Pages;
            return run.Start;
        }

        Settle();
        if (_search.Find(request) is not { } found) return 0;
        _recent.OnFound(request, Run(found.Range.Extent, found.Start, request.Pages).Zone);
        Carve(found.Range, found.Start, request.Pages);
        map.SetOwner(found.Start, request.Pages, place);
        found.Range.Extent.UsedPages += request.Pages;
        return found.Start;
    }

    /// <summary>
    /// Takes the run that starts with a free range, whatever follows that physically. False where
    /// not so many pages are free there.
    /// </summary>
    public bool TryTakeAt(nuint start, nuint pages, int place)
    {
        Settle();
        if (free.At(start) is not { } first || first.Start != start) return false;
        nuint found = 0;
        for (FreeRange? range = first; range is not null && found < pages; range = free.After(range)) found += range.Pages;
        if (found < pages) return false;
        Carve(first, start, pages);
        map.SetOwner(start, pages, place);
        first.Extent.UsedPages += pages;
        return true;
    }

    /// <summary>Gives a run back. Returns the extent that it lies in.</summary>
    public Extent Give(nuint start, nuint pages)
    {
        map.SetOwner(start, pages, 0);
        Extent extent = ExtentOf(start);
        extent.UsedPages -= pages;
        if (!_recent.TryAdd(Run(extent, start, pages))) Release(extent, start, pages);
        return extent;
    }

    /// <summary>Merges the runs that came last with their neighbours: before anyone looks at the free ranges.</summary>
    public void Settle()
    {
        while (_recent.TryTakeAny(out RecentRuns.Run? run)) Release(run.Value.Extent, run.Value.Start, run.Value.Pages);
    }

    public Extent ExtentOf(nuint address) =>
        owners.TryGet(map.Find(address)->Extent, out Extent? extent) ? extent
            : throw new InvalidOperationException("The page map lost an extent.");

    /// <summary>Makes pages free ranges again, each merged with its free neighbours.</summary>
    private void Release(Extent extent, nuint start, nuint pages)
    {
        nuint end = start + (pages << Page.Shift);
        while (start < end)
        {
            nuint next = EndOfRun(extent, start, end);
            free.Add(Merge(new FreeRange(extent, start, (next - start) >> Page.Shift, map.PhysicalOf(start))));
            start = next;
        }
    }

    private RecentRuns.Run Run(Extent extent, nuint start, nuint pages)
    {
        nuint end = start + (pages << Page.Shift), next = EndOfRun(extent, start, end);
        ulong physical = map.PhysicalOf(start);
        bool isContiguous = next == end;
        int zone = Zone.Of(physical);
        for (; next < end; next = EndOfRun(extent, next, end)) zone = int.Min(zone, Zone.Of(map.PhysicalOf(next)));
        return new RecentRuns.Run(extent, start, pages, physical, zone, isContiguous);
    }

    /// <summary>How far pages of one extent follow each other physically, in one zone.</summary>
    private static nuint EndOfRun(Extent extent, nuint start, nuint end)
    {
        nuint page = (start - extent.Start) >> Page.Shift;
        ulong physical = extent.Frames[page];
        nuint run = (extent.Frames.EndOfRun(page, (end - extent.Start) >> Page.Shift) - page) << Page.Shift;
        return start + (physical == PageEntry.Unknown ? run : (nuint)ulong.Min(run, Zone.Limit(Zone.Of(physical)) - physical));
    }

    private FreeRange Merge(FreeRange range)
    {
        if (free.Before(range) is { } before && before.Zone == range.Zone && free.FollowsPhysically(range.Start - Page.Size))
        {
            free.Remove(before);
            range = new FreeRange(range.Extent, before.Start, before.Pages + range.Pages, before.Physical);
        }

        if (free.After(range) is { } after && after.Zone == range.Zone && free.FollowsPhysically(range.End - Page.Size))
        {
            free.Remove(after);
            range = new FreeRange(range.Extent, range.Start, range.Pages + after.Pages, range.Physical);
        }

        return range;
    }

    /// <summary>
    /// Takes pages out of the free ranges that they lie in, from the first one on, and puts back what is left of these.
    /// </summary>
    private void Carve(FreeRange range, nuint start, nuint pages)
    {
        nuint end = start + (pages << Page.Shift);
        while (true)
        {
            free.Remove(range);
            if (range.Start < start)
                free.Add(new FreeRange(range.Extent, range.Start, (start - range.Start) >> Page.Shift, range.Physical));
            if (range.End > end)
                free.Add(new FreeRange(range.Extent, end, (range.End - end) >> Page.Shift, range.PhysicalAt(end)));
            if (range.End >= end) return;
            range = free.At(range.End) ?? throw new InvalidOperationException("A search found pages that are not free.");
        }
    }
}
