namespace Nonpaged;

/// <summary>How much memory a pool has that could meet a request, used or not: what a shortage is told from.</summary>
/// <param name="Reachable">Bytes at or below the request's limit.</param>
/// <param name="Free">Those of them that nobody uses.</param>
/// <param name="Longest">The longest free piece of the kind that the request needs, in bytes.</param>
internal readonly record struct PageMeasures(ulong Reachable, ulong Free, ulong Longest)
{
    public static PageMeasures Of(PageTables tables, PageRequest request) => new(
        ReachablePages(tables, request.Limit) << Page.Shift,
        tables.Free.PagesBelow(request.Limit) << Page.Shift,
        (ulong)tables.Free.LongestRun(request.Limit, request.Contiguous) << Page.Shift);

    private static ulong ReachablePages(PageTables tables, ulong limit)
    {
        ulong pages = 0;
        foreach (Extent extent in tables.Extents)
        {
            for (nuint page = 0; page < extent.Pages; page++)
            {
                ulong physical = extent.Frames[page];
                if (limit == ulong.MaxValue
                    || (physical != PageEntry.Unknown && physical <= limit && limit - physical >= Page.Size - 1))
                {
                    pages++;
                }
            }
        }

        return pages;
    }
}
