namespace Nonpaged.Cli;

/// <summary>A pool as it is shown.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Addresses">What the physical addresses are.</param>
/// <param name="Extents">In the order of their addresses.</param>
/// <param name="Usage">What the pool itself tells; null for a pool of another process.</param>
internal sealed record MapPool(string Name, MapAddresses Addresses, IReadOnlyList<MapExtent> Extents, PoolMap? Usage = null)
{
    public ulong Length { get; } = Extents.Aggregate(0UL, (sum, extent) => sum + extent.Length);

    /// <summary>The kernel says that some of its pages are there, and not where.</summary>
    public bool IsHidden { get; init; }

    /// <summary>How much of it lies in runs, in bytes.</summary>
    public ulong Known { get; } = Extents.SelectMany(extent => extent.Runs).Aggregate(0UL, (sum, run) => sum + run.Length);

    /// <summary>Seen from outside, a machine's RAM has as many pages as were touched.</summary>
    public bool IsSparse => Addresses != MapAddresses.Host && Usage is null;

    public static MapPool From(PoolMap map, MapAddresses addresses) =>
        new(map.Pool, addresses, [.. map.Extents.Select(MapExtent.From)], map);
}
