namespace Nonpaged;

internal sealed unsafe partial class PageAllocator
{
    /// <summary>In how many pieces the free pages are.</summary>
    public int FreeRanges => _zones.Sum(zone => zone.Count);

    /// <summary>Free pages at or below a limit.</summary>
    public ulong FreePagesBelow(ulong limit) => _zones.SelectMany(zone => zone).Aggregate(0UL, (sum, range) => sum + range.PagesBelow(limit));

    /// <summary>Free pages of an extent at or below a limit.</summary>
    public nuint FreePagesIn(Extent extent, ulong limit) => RangesOf(extent).Aggregate((nuint)0, (sum, range) => sum + range.PagesBelow(limit));

    /// <summary>The longest free run at or below a limit, physically contiguous or of any neighbours, in pages.</summary>
    public nuint LongestRun(ulong limit, bool contiguous)
    {
        nuint longest = 0;
        foreach (FreeRange first in _zones.SelectMany(zone => zone).Where(range => NeighbourBefore(range) is null))
        {
            nuint run = 0;
            for (FreeRange? range = first; range is not null; range = NeighbourAfter(range))
            {
                if (contiguous && range != first && !FollowsPhysically(range.Start - Page.Size)) run = 0;
                nuint pages = range.PagesBelow(limit);
                run += pages;
                longest = nuint.Max(longest, run);
                if (pages < range.Pages) run = 0;
            }
        }

        return longest;
    }

    /// <summary>Pages at or below a limit, free or not.</summary>
    public ulong TotalPagesBelow(ulong limit)
    {
        ulong pages = 0;
        foreach (Extent extent in owners.OfType<Extent>())
        {
            for (nuint page = 0; page < extent.Pages; page++)
            {
                ulong physical = extent.Frames[page];
                if (limit == ulong.MaxValue || (physical != PageEntry.Unknown && physical <= limit && limit - physical >= Page.Size - 1)) pages++;
            }
        }

        return pages;
    }

    /// <summary>The lowest physical address there is, where any is known.</summary>
    public ulong? LowestAddress => owners.OfType<Extent>().Min(extent => extent.Frames.Lowest);
}
