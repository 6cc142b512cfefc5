using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>
/// One row that is measured. Its parts are those of <see cref="HeapRow"/>; the workload is what the programs are
/// asked for (the peers' workload.h).
/// </summary>
internal sealed record HeapCase(
    string Workload, string Row, int? Size, int? Count, int Threads = 1, int? Together = null, string? Phase = null)
{
    private const int Batch = 64;
    private const int Live = 10_000;
    private const int BulkSize = 2048;
    private const int Together256 = 256;

    private static readonly int[] s_sizes = [16, 64, 256, 1514, 2048, 4096, 65536];

    public static IReadOnlyList<string> Names { get; } = ["lifo", "batch", "churn", "remote", "bulk", "live", "memory"];

    public bool IsMemory => Phase is not null;

    /// <summary>It takes seconds to fill.</summary>
    public bool IsLarge => Row == "live" && Count > 100_000;

    /// <summary>
    /// What the contestants have at most at the same time, in bytes: live sets are kept by all of them, with a header and an
    /// entry of a table for each block.
    /// </summary>
    public long Bytes => Row switch
    {
        "live" => 8L * Count!.Value * (Size!.Value + 72),
        "memory" => 2000L * Count!.Value,
        _ => 1L << 30,
    };

    /// <summary>What .NET has is measured where it fits: one block at a time.</summary>
    public bool IsForDotnet => Row is "lifo" or "batch" or "churn" or "remote";

    /// <summary>Ours by other calls is measured where these are the most of it.</summary>
    public bool IsForCalls => Row is "lifo" or "batch";

    /// <summary>All rows, in the order in which they are shown.</summary>
    public static IEnumerable<HeapCase> All(bool quick)
    {
        foreach (int size in s_sizes) yield return Of($"lifo {size}", "lifo", size, 1);
        foreach (int size in s_sizes) yield return Of($"batch {size}", "batch", size, Batch);
        foreach (int threads in (int[])[1, 2])
            yield return Of($"churn {threads}", "churn", null, Live) with { Threads = threads };
        foreach (int size in (int[])[64, 1514, 2048])
            yield return Of($"remote {size}", "remote", size, null) with { Threads = 2 };
        foreach (int count in (int[])[16, 32, 64]) yield return Of($"bulk {count}", "bulk", BulkSize, count);
        foreach (HeapCase live in LiveSets(64, quick ? 1_000_000 : 10_000_000).Concat(LiveSets(2048, quick ? 10_000 : 100_000)))
            yield return live;
        int mixed = quick ? 100_000 : 1_000_000;
        foreach (string phase in (string[])["filled", "churned", "freed90"])
            yield return Of($"memory {phase} {mixed}", "memory", null, mixed) with { Phase = phase };
    }

    private static IEnumerable<HeapCase> LiveSets(int size, int most)
    {
        for (int count = 1000; count <= most; count *= 10)
        {
            foreach (int together in (int[])[1, Together256])
                yield return Of($"live {size} {count} {together}", "live", size, count) with { Together = together };
        }
    }

    private static HeapCase Of(FormattableString workload, string row, int? size, int? count) =>
        new(workload.ToString(CultureInfo.InvariantCulture), row, size, count);
}
