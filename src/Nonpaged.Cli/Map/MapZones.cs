namespace Nonpaged.Cli;

/// <summary>How much of physical memory lies below each of the limits that drivers have.</summary>
internal static class MapZones
{
    private static readonly (string Name, ulong Limit)[] s_zones =
        [("below 1 MiB", 1UL << 20), ("below 16 MiB", 1UL << 24), ("below 4 GiB", 1UL << 32), ("above", ulong.MaxValue)];

    /// <summary>The zones that any of the runs lies in, in bytes: held in all, and free where the extents tell that.</summary>
    public static IEnumerable<(string Name, ulong Bytes, ulong Free)> Of(IReadOnlyList<MapExtent> extents)
    {
        PhysicalRun[] runs = [.. extents.SelectMany(extent => extent.Runs)];
        PhysicalRun[] free = [.. extents.SelectMany(extent => extent.FreeRuns)];
        ulong from = 0;
        foreach ((string name, ulong limit) in s_zones)
        {
            ulong bytes = Sum(runs, from, limit);
            if (bytes > 0) yield return (name, bytes, Sum(free, from, limit));
            from = limit;
        }
    }

    private static ulong Sum(PhysicalRun[] runs, ulong from, ulong to) =>
        runs.Aggregate(0UL, (sum, run) => sum + Overlap(run, from, to));

    private static ulong Overlap(PhysicalRun run, ulong from, ulong to)
    {
        if (run.Start is not { } start) return 0;
        ulong first = ulong.Max(start, from);
        ulong end = ulong.Min(start + run.Length, to);
        return end > first ? end - first : 0;
    }
}
