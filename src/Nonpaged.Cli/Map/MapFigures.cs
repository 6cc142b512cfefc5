using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>What can be said of a pool in figures.</summary>
internal static class MapFigures
{
    private static readonly (string Name, ulong Limit)[] s_zones =
        [("below 1 MiB", 1UL << 20), ("below 16 MiB", 1UL << 24), ("below 4 GiB", 1UL << 32), ("above", ulong.MaxValue)];

    public static IEnumerable<(string Name, string Value)> Of(IReadOnlyList<MappedExtent> extents)
    {
        PhysicalRun[] runs = [.. extents.SelectMany(extent => extent.Runs)];
        ulong known = runs.Aggregate(0UL, (sum, run) => sum + run.Length);
        ulong all = extents.Aggregate(0UL, (sum, extent) => sum + extent.Length);
        if (known < all) yield return ("not known", $"{Size.Format(all - known)}: frame numbers need CAP_SYS_ADMIN, and a page that is mapped");
        if (known > 0)
        {
            ulong longest = runs.Max(run => run.Length);
            yield return ("physical runs", $"{runs.Length}, the longest {Size.Format(longest)}");
            yield return ("fragmentation", string.Create(CultureInfo.InvariantCulture, $"{100.0 * (known - longest) / known:0.#}% lie outside of the longest run"));
            yield return ("zones", string.Join(", ", Zones(runs)));
        }

        yield return ("used and free", "known to the process itself only");
    }

    private static IEnumerable<string> Zones(PhysicalRun[] runs)
    {
        ulong from = 0;
        foreach ((string name, ulong limit) in s_zones)
        {
            ulong bytes = runs.Aggregate(0UL, (sum, run) => sum + Overlap(run, from, limit));
            if (bytes > 0) yield return $"{name} {Size.Format(bytes)}";
            from = limit;
        }
    }

    private static ulong Overlap(PhysicalRun run, ulong from, ulong to)
    {
        ulong first = ulong.Max(run.Start, from);
        ulong end = ulong.Min(run.Start + run.Length, to);
        return end > first ? end - first : 0;
    }
}
