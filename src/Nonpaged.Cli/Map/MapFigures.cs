using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>What can be said of a pool in figures.</summary>
internal static class MapFigures
{
    public static IEnumerable<(string Name, string Value)> Of(MapPool pool)
    {
        foreach ((string Name, string Value) figure in pool.IsSparse ? OfSparse(pool) : OfRuns(pool)) yield return figure;
        string zones = string.Join(", ", MapZones.Of(pool.Extents).Select(zone =>
            $"{zone.Name} {Size.Format(zone.Bytes)}{(pool.Usage is null ? "" : $" ({Size.Format(zone.Free)} free)")}"));
        if (zones.Length > 0) yield return ("zones", zones);
        if (pool.Usage is not { } usage)
        {
            yield return ("used and free", "known to the process itself only");
            yield break;
        }

        PoolUse[] uses =
            [.. usage.Extents.SelectMany(extent => extent.Stretches).Select(stretch => stretch.Use).OfType<PoolUse>()];
        int blocks = uses.Sum(use => use.Count);
        yield return ("used", $"{Size.Format(usage.UsedBytes)}: {(blocks == 1 ? "1 block" : $"{blocks} blocks")} of "
            + $"{Size.Format(uses.Aggregate(0UL, (sum, use) => sum + use.BlockBytes))}{(blocks == 1 ? "" : " in all")}");
        yield return ("free", usage.FreeBytes == 0 ? "nothing"
            : $"{Size.Format(usage.FreeBytes)}, the longest run {Size.Format(usage.LongestFreeRun)}");
        if (usage.FreeBytes > 0)
            yield return ("fragmentation", $"{Percent(usage.Fragmentation)} of what is free lies outside of its longest run");
    }

    private static IEnumerable<(string Name, string Value)> OfSparse(MapPool pool)
    {
        yield return ("addresses", pool.Addresses == MapAddresses.Machine
            ? "the machine's own"
            : "offsets in the machine's file: its layout is not known");
        yield return ("resident", $"{Size.Format(pool.Known)}: what this process has touched");
    }

    private static IEnumerable<(string Name, string Value)> OfRuns(MapPool pool)
    {
        if (pool.Addresses == MapAddresses.Machine) yield return ("addresses", "the machine's own");
        if (pool.Known < pool.Length)
        {
            string why = pool.IsHidden
                ? "frame numbers need CAP_SYS_ADMIN"
                : "not there at this moment; the process takes memory or gives it back";
            yield return ("not known", $"{Size.Format(pool.Length - pool.Known)}: {why}");
        }
        else if (pool.Extents.SelectMany(extent => extent.Runs).Any(run => run.Start is null))
            yield return ("addresses", "hidden: frame numbers need CAP_SYS_ADMIN");
        if (pool.Known == 0) yield break;
        ulong longest = pool.Extents.SelectMany(extent => extent.Runs).Max(run => run.Length);
        yield return ("physical runs", $"{pool.Extents.Sum(extent => extent.Runs.Count)}, the longest {Size.Format(longest)}");
        if (pool.Usage is null) yield return (
            "fragmentation", $"{Percent((pool.Known - longest) / (double)pool.Known)} lie outside of the longest run");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");
}
