using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>
/// One row that is measured. Its parts are those of <see cref="HeapRow"/>; the workload is what the programs are
/// asked for (the peers' workload.h).
/// </summary>
internal sealed record HeapCase(
    string Workload, string Row, int? Size, int? Count, int Threads = 1, int? Together = null, string? Phase = null,
    string? Free = HeapCase.Unsized, bool? Zeroed = null, bool FromC = false)
{
    /// <summary>A block is freed by its address alone.</summary>
    public const string Unsized = "unsized";

    /// <summary>The free is told the length, where there is such a call.</summary>
    public const string Sized = "sized";

    private const int Batch = 64;
    private const int Live = 10_000;
    private const int BulkSize = 2048;
    private const int Together256 = 256;
    private const int Page = 4096;
    private const int FewLarge = 8;
    private const int HugeSize = 16 << 20;

    private static readonly int[] s_sizes = [16, 64, 256, 1514, 2048, 4096, 65536];
    private static readonly int[] s_threads = [1, 2];
    private static readonly int[] s_bulks = [16, 32, 64];
    private static readonly int[] s_dmaCounts = [1, Batch];
    private static readonly int[] s_together = [1, 8];
    private static readonly string[] s_phases = ["filled", "churned", "freed90"];
    private static readonly string[] s_footprints = ["none", "classes", "mix"];
    private static readonly int[] s_largeSizes = [65537, 128 << 10, 1 << 20, 2 << 20, HugeSize];

    public static IReadOnlyList<string> Names { get; } =
        ["lifo", "batch", "churn", "remote", "handover", "bulk", "live", "large", "dma", "threads", "memory", "footprint"];

    /// <summary>Each of its phases is the next one of the same process, which has done nothing before.</summary>
    public bool IsMemory => Row == "memory";

    /// <summary>Each measurement is of a process that has done nothing before.</summary>
    public bool IsAlone => Row == "footprint";

    public bool IsSized => Free == Sized;

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
        "large" => 8L * Count!.Value * Size!.Value,
        _ => 1L << 30,
    };

    /// <summary>What .NET has is measured where it fits: one block at a time.</summary>
    public bool IsForDotnet => Row is "lifo" or "batch" or "churn" or "remote" && !IsSized;

    /// <summary>Ours by other calls is measured where these are the most of it.</summary>
    public bool IsForCalls => Row is "lifo" or "batch" && !IsSized;

    /// <summary>All rows, in the order in which they are shown.</summary>
    public static IEnumerable<HeapCase> All(bool quick) =>
        [.. Small(quick), .. LargeSets(), .. Dma(), .. ComingAndGoing(), .. Memory(quick), .. Footprint()];

    private static IEnumerable<HeapCase> Small(bool quick)
    {
        foreach (HeapCase one in BothFrees(s_sizes.Select(size => Of($"lifo {size}", "lifo", size, 1)))) yield return one;
        foreach (HeapCase one in BothFrees(s_sizes.Select(size => Of($"batch {size}", "batch", size, Batch)))) yield return one;
        foreach (HeapCase one in BothFrees(s_threads.Select(
            threads => Of($"churn {threads}", "churn", null, Live) with { Threads = threads })))
        {
            yield return one;
        }

        foreach (int size in (int[])[64, 1514, 2048])
            yield return Of($"remote {size}", "remote", size, null) with { Threads = 2 };
        foreach (bool fromC in (bool[])[false, true])
        {
            foreach (int size in (int[])[64, 1514])
                yield return Of($"handover {size}", "handover", size, null) with { Threads = 2, FromC = fromC };
        }

        foreach (HeapCase one in BothFrees(s_bulks.Select(count => Of($"bulk {count}", "bulk", BulkSize, count))))
            yield return one;
        foreach (HeapCase live in LiveSets(64, quick ? 1_000_000 : 10_000_000).Concat(LiveSets(2048, quick ? 10_000 : 100_000)))
            yield return live;
    }

    /// <summary>Those without a length first.</summary>
    private static IEnumerable<HeapCase> BothFrees(IEnumerable<HeapCase> cases) =>
        cases.Concat(cases.Select(one => one with { Free = Sized }));

    private static IEnumerable<HeapCase> LiveSets(int size, int most)
    {
        for (int count = 1000; count <= most; count *= 10)
        {
            foreach (int together in (int[])[1, Together256])
                yield return Of($"live {size} {count} {together}", "live", size, count) with { Together = together };
        }
    }

    private static IEnumerable<HeapCase> LargeSets() =>
        from zeroed in (bool[])[false, true]
        from alone in (bool[])[true, false]
        from size in s_largeSizes
        let count = alone ? 1 : size == HugeSize ? FewLarge : Batch
        select Of($"large {size} {count} {(zeroed ? 1 : 0)}", "large", size, count) with { Zeroed = zeroed };

    private static IEnumerable<HeapCase> Dma() => s_dmaCounts.Select(count => Of($"dma {count}", "dma", Page, count));

    /// <summary>Threads of C programs: those of .NET take longer to start than all that is measured.</summary>
    private static IEnumerable<HeapCase> ComingAndGoing() => s_together.Select(
        threads => Of($"threads {threads}", "threads", null, 100) with { Threads = threads, FromC = true });

    private static IEnumerable<HeapCase> Memory(bool quick)
    {
        int mixed = quick ? 100_000 : 1_000_000;
        return s_phases.Select(
            phase => Of($"memory {phase} {mixed}", "memory", null, mixed) with { Phase = phase, Free = null });
    }

    private static IEnumerable<HeapCase> Footprint() => s_footprints.Select(
        phase => Of($"footprint {phase}", "footprint", null, null) with
        {
            Phase = phase,
            Threads = phase == "mix" ? 2 : 1,
            Free = null,
            FromC = true,
        });

    private static HeapCase Of(FormattableString workload, string row, int? size, int? count) =>
        new(workload.ToString(CultureInfo.InvariantCulture), row, size, count);
}
