namespace Nonpaged;

/// <summary>Where free pages meet a request. Callers hold the page store's lock.</summary>
internal sealed class PageSearch(FreeRanges free)
{
    /// <summary>
    /// Finds free pages for a request, in the highest zone that has them: first in one range, the smallest that fits; then, in
    /// ranges that follow each other.
    /// </summary>
    public Placement? Find(in PageRequest request)
    {
        ulong pages = 0;
        for (int zone = Zone.Count - 1; zone >= 0; zone--)
        {
            pages += free.PagesIn(zone);
            if (free.PagesIn(zone) == 0 || pages < request.Pages) continue;
            Placement? found = InOneRange(request, zone) ?? InNeighbours(request, zone);
            if (found is not null) return found;
        }

        return null;
    }

    private Placement? InOneRange(in PageRequest request, int zone)
    {
        SortedSet<FreeRange> ranges = free.In(zone);
        if (ranges.Max is not { } largest || largest.Pages < request.Pages) return null;
        var smallest = new FreeRange(largest.Extent, 0, request.Pages, PageEntry.Unknown);
        foreach (FreeRange range in ranges.GetViewBetween(smallest, largest))
        {
            if (FitAtEnd(range, request) is { } start) return new Placement(range, start);
        }

        return null;
    }

    /// <summary>The highest place in a range, because what lies below it is scarcer.</summary>
    private static nuint? FitAtEnd(FreeRange range, in PageRequest request)
    {
        nuint pages = range.PagesBelow(request.Limit);
        if (pages < request.Pages || !request.Accepts(range.Extent)) return null;
        nuint start = (range.Start + ((pages - request.Pages) << Page.Shift)) & ~(request.Alignment - 1);
        return start >= range.Start && IsAligned(range, start, request) ? start : null;
    }

    /// <summary>
    /// Pages of several ranges without a gap between them, none of a lower zone. Each stretch of such ranges is walked once.
    /// </summary>
    private Placement? InNeighbours(in PageRequest request, int lowestZone)
    {
        for (int zone = lowestZone; zone < Zone.Count; zone++)
        {
            foreach (FreeRange range in free.In(zone))
            {
                bool isFirst = free.Before(range) is not { } before || before.Zone < lowestZone;
                if (isFirst && request.Accepts(range.Extent) && FitInStretch(range, request, lowestZone) is { } found)
                    return found;
            }
        }

        return null;
    }

    private Placement? FitInStretch(FreeRange first, in PageRequest request, int lowestZone)
    {
        Placement? run = null;
        for (FreeRange? range = first; range is not null && range.Zone >= lowestZone; range = free.After(range))
        {
            if (run is not null && request.Contiguous && !free.FollowsPhysically(range.Start - Page.Size)) run = null;
            run ??= StartIn(range, request);
            nuint pages = range.PagesBelow(request.Limit);
            nuint end = range.Start + (pages << Page.Shift);
            if (run is { } fits && end >= fits.Start + (request.Pages << Page.Shift)) return fits;
            if (pages < range.Pages) run = null;
        }

        return null;
    }

    private static Placement? StartIn(FreeRange range, in PageRequest request)
    {
        nuint start = Page.RoundUp(range.Start, request.Alignment);
        return start < range.End && IsAligned(range, start, request) ? new Placement(range, start) : null;
    }

    private static bool IsAligned(FreeRange range, nuint start, in PageRequest request)
    {
        if (request.IsOfAddressOnly) return true;
        ulong physical = range.PhysicalAt(start);
        return physical == PageEntry.Unknown
            ? request.Alignment <= range.Extent.ContiguousUnit
            : (physical & (request.Alignment - 1)) == 0;
    }

    /// <summary>Pages that meet a request: the free range that they start in, and where.</summary>
    internal readonly record struct Placement(FreeRange Range, nuint Start);
}
