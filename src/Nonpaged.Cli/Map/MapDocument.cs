namespace Nonpaged.Cli;

/// <summary>What <c>map --json</c> prints. Lengths are bytes.</summary>
internal sealed record MapDocument(int? Process, IReadOnlyList<MapPoolDocument> Pools, FailureDocument? Failure);

/// <summary>
/// A pool. Its addresses are those of the host, of the machine, or offsets in the machine's file. Known
/// is how much of it lies in runs.
/// </summary>
internal sealed record MapPoolDocument(
    string Name,
    string Addresses,
    ulong Length,
    ulong Known,
    IReadOnlyList<MapZoneDocument> Zones,
    IReadOnlyList<MapExtentDocument> Extents)
{
    public static MapPoolDocument From(MapPool pool) => new(
        pool.Name,
        pool.Addresses switch
        {
            MapAddresses.Machine => "machine",
            MapAddresses.File => "file",
            _ => "host",
        },
        pool.Length,
        pool.Known,
        [.. MapZones.Of(pool.Extents).Select(zone => new MapZoneDocument(zone.Name, zone.Bytes))],
        [.. pool.Extents.Select(extent => new MapExtentDocument(
            extent.Rung, $"0x{extent.Start:x}", extent.Length,
            [.. extent.Runs.Select(run => new MapRunDocument(run.Offset, $"0x{run.Start:x}", run.Length))]))]);
}

/// <summary>How much of what is known lies below a limit.</summary>
internal sealed record MapZoneDocument(string Zone, ulong Length);

/// <summary>An extent. Its runs are physically contiguous; pages that are not known are in none.</summary>
internal sealed record MapExtentDocument(string Rung, string VirtualAddress, ulong Length, IReadOnlyList<MapRunDocument> Runs);

/// <summary>A physical run: where it lies in the extent, and in physical memory.</summary>
internal sealed record MapRunDocument(ulong Offset, string Start, ulong Length);
