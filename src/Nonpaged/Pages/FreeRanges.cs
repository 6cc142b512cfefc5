namespace Nonpaged;

/// <summary>
/// Free memory as ranges, in one set a zone ordered by size; the page map's entries at both ends of a range name it, so that a
/// free finds its neighbours without a search. Callers hold the page store's lock.
/// </summary>
internal sealed unsafe class FreeRanges(PageMap map, OwnerTable owners)
{
    private readonly SortedSet<FreeRange>[] _zones =
        [new(FreeRange.BySize), new(FreeRange.BySize), new(FreeRange.BySize), new(FreeRange.BySize)];
    private readonly ulong[] _pages = new ulong[Zone.Count];

    /// <summary>How many there are.</summary>
    public int Count => _zones.Sum(zone => zone.Count);

    /// <summary>Free pages in all zones.</summary>
    public ulong Pages => _pages.Aggregate(0UL, (sum, pages) => sum + pages);

    /// <summary>Free pages of a zone.</summary>
    public ulong PagesIn(int zone) => _pages[zone];

    /// <summary>The ranges of a zone, the smallest first.</summary>
    public SortedSet<FreeRange> In(int zone) => _zones[zone];

    /// <summary>The free range that starts or ends with a page.</summary>
    public FreeRange? At(nuint address)
    {
        PageEntry* entry = map.Find(address);
        return entry != null && entry->Owner < 0 && owners.TryGet(entry->Owner, out FreeRange? range) ? range : null;
    }

    /// <summary>The range of the same extent that ends where this one starts.</summary>
    public FreeRange? Before(FreeRange range) => range.Start == range.Extent.Start ? null : At(range.Start - Page.Size);

    /// <summary>The range of the same extent that starts where this one ends.</summary>
    public FreeRange? After(FreeRange range) => range.End == range.Extent.End ? null : At(range.End);

    public void Add(FreeRange range)
    {
        range.Place = owners.Add(range);
        map.SetEnds(range.Start, range.Pages, -range.Place);
        _zones[range.Zone].Add(range);
        _pages[range.Zone] += range.Pages;
    }

    public void Remove(FreeRange range)
    {
        _zones[range.Zone].Remove(range);
        _pages[range.Zone] -= range.Pages;
        map.SetEnds(range.Start, range.Pages, 0);
        owners.Remove(range.Place);
    }

    /// <summary>Those of an extent.</summary>
    public IEnumerable<FreeRange> Of(Extent extent) => [.. owners.OfType<FreeRange>().Where(range => range.Extent == extent)];

    /// <summary>Whether the page after this one follows it physically, as far as that is known.</summary>
    public bool FollowsPhysically(nuint address)
    {
        PageEntry* entry = map.Find(address);
        PageEntry* next = map.Find(address + Page.Size);
        if (next == null || next->Extent != entry->Extent) return false;
        if (entry->Physical != PageEntry.Unknown)
            return map.PhysicalOf(address + Page.Size) == map.PhysicalOf(address) + Page.Size;
        return next->Physical == PageEntry.Unknown && owners.TryGet(entry->Extent, out Extent? extent)
            && extent.IsContiguousWith(address, address + Page.Size);
    }

    /// <summary>Free pages at or below a limit.</summary>
    public ulong PagesBelow(ulong limit) =>
        _zones.SelectMany(zone => zone).Aggregate(0UL, (sum, range) => sum + range.PagesBelow(limit));

    /// <summary>The longest free run at or below a limit, physically contiguous or of any neighbours, in pages.</summary>
    public nuint LongestRun(ulong limit, bool contiguous)
    {
        nuint longest = 0;
        foreach (FreeRange first in _zones.SelectMany(zone => zone).Where(range => Before(range) is null))
        {
            nuint run = 0;
            for (FreeRange? range = first; range is not null; range = After(range))
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
}
