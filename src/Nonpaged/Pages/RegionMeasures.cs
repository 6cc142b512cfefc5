namespace Nonpaged;

/// <summary>
/// How much memory of a caching that ordinary memory does not have a pool was given, and how much of it is free.
/// </summary>
/// <param name="Count">How many regions.</param>
/// <param name="Total">Bytes in all.</param>
/// <param name="Free">Bytes that nobody uses.</param>
/// <param name="Lowest">The lowest physical address; 0 where there is none.</param>
internal readonly record struct RegionMeasures(int Count, ulong Total, ulong Free, ulong Lowest)
{
    public static RegionMeasures Of(PageTables tables, Caching caching)
    {
        Extent[] regions =
            [.. tables.Extents.Where(extent => extent.Origin == ExtentOrigin.Region && extent.Caching == caching)];
        ulong total = regions.Aggregate(0UL, (sum, extent) => sum + extent.Length);
        ulong used = regions.Aggregate(0UL, (sum, extent) => sum + ((ulong)extent.UsedPages << Page.Shift));
        return new RegionMeasures(
            regions.Length, total, total - used, regions.Length == 0 ? 0 : regions.Min(extent => extent.Frames.Lowest ?? 0));
    }

    public static RegionUse Use(PageStore pages, Caching caching)
    {
        using PageStore.Reading reading = pages.ReadEvenIfOver();
        RegionMeasures measures = Of(reading.Tables, caching);
        return new RegionUse(measures.Total, measures.Free);
    }
}
