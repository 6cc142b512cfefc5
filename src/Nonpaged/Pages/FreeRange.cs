namespace Nonpaged;

/// <summary>
/// Free pages that follow each other, virtually and physically, in one extent and one zone. As large as it can be: its neighbours
/// differ in one of these, or are in use.
/// </summary>
internal sealed class FreeRange(Extent extent, nuint start, nuint pages, ulong physical)
{
    public Extent Extent { get; } = extent;

    public nuint Start { get; } = start;

    public nuint Pages { get; } = pages;

    public ulong Physical { get; } = physical;

    public int Zone { get; } = Nonpaged.Zone.Of(physical);

    /// <summary>Its place in the owner table while it is in a zone's set.</summary>
    public int Place { get; set; }

    public nuint End => Start + (Pages << Page.Shift);

    public ulong PhysicalAt(nuint address) => Physical == PageEntry.Unknown ? PageEntry.Unknown : Physical + (address - Start);

    /// <summary>How many of its pages, from its start on, lie at or below a limit.</summary>
    public nuint PagesBelow(ulong limit)
    {
        if (limit == ulong.MaxValue) return Pages;
        if (Physical == PageEntry.Unknown || limit < Physical) return 0;
        ulong bytes = limit - Physical;
        ulong pages = (bytes >> Page.Shift) + ((bytes & (Page.Size - 1)) == Page.Size - 1 ? 1UL : 0);
        return (nuint)Math.Min(pages, Pages);
    }

    /// <summary>Smallest first, so that a search upwards finds the best fit.</summary>
    public static IComparer<FreeRange> BySize { get; } = Comparer<FreeRange>.Create(
        (left, right) => left.Pages != right.Pages ? left.Pages.CompareTo(right.Pages) : left.Start.CompareTo(right.Start));
}
