using System.Globalization;
using System.Text;

namespace Nonpaged.Bench;

/// <summary>Results of "heap" as tables that a person reads, on a terminal or in a document.</summary>
internal static class HeapTable
{
    public static string Of(HeapResults results)
    {
        var text = new StringBuilder();
        MachineFacts machine = results.Machine;
        string versions = string.Join(", ", results.Allocators.Select(one => $"{one.Key} {one.Value}"));
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{machine.Cpu}, {machine.Cores} cores, Linux {machine.Kernel}, {machine.Runtime}, {machine.Compiler}, {versions}, "
                + $"{machine.Date}. Minimum of {results.Rounds} rounds{(results.Quick ? ", short ones (--quick)" : "")}.");
        text.AppendLine().AppendLine("| | ours | unchecked | JIT | rte_mempool | mimalloc | jemalloc | glibc | rte_malloc | best "
            + "| ratio | unchecked | JIT |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (HeapRow row in results.Rows)
        {
            string peers = string.Join(
                " | ", HeapContestants.Peers.Select(peer => Format.Short(row.Peers.GetValueOrDefault(peer))));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {Name(row)} | {Format.Short(row.Ours.Aot)} | {Format.Short(row.Ours.Unchecked)} | "
                    + $"{Format.Short(row.Ours.Jit)} | {peers} | {row.Best} | **{Format.ShortRatio(row.Ratio)}** | "
                    + $"{Format.ShortRatio(row.RatioUnchecked)} | {Format.ShortRatio(row.RatioJit)} |");
        }

        AppendByLength(text, results);
        if (results.Calls.Count > 0) AppendCalls(text, results);
        if (results.Dotnet.Count > 0) AppendDotnet(text, results);
        return text.ToString();
    }

    /// <summary>A row as a person calls it.</summary>
    public static string Name(HeapRow row) => row.Row switch
    {
        "lifo" => $"LIFO, {row.Size} B",
        "batch" => $"batch of {row.Count}, {row.Size} B",
        "churn" => $"churn, {Count(row)} live of the mix, {Threads(row)}",
        "remote" => $"freed on the other thread, {row.Size} B",
        "bulk" => $"bulk of {row.Count}, {row.Size} B",
        "live" => $"{Count(row)} live, {row.Size} B, replaced {(row.Together == 1 ? "one by one" : $"{row.Together} at a time")}",
        _ => $"held / payload, {Count(row)} of the mix, {row.Phase}",
    };

    private static void AppendByLength(StringBuilder text, HeapResults results)
    {
        double[] times = [.. results.Details.SelectMany(detail => detail.Times)
            .Where(time => time.Name == HeapContestants.ByLength)
            .Select(time => time.Minimum)];
        if (times.Length == 0) return;
        string each = string.Join(" and ", times.Select(time => Format.Short(time)));
        text.AppendLine().AppendLine($"In churn a block is freed by its address alone. "
            + $"rte_mempool where the caller knows the block's length instead: {each}.");
    }

    private static void AppendCalls(StringBuilder text, HeapResults results)
    {
        text.AppendLine().AppendLine("Ours by other calls, NativeAOT:").AppendLine();
        text.AppendLine("| | the default pool | a further pool | NdisAllocateMemory, NdisFreeMemory | a lookaside list |")
            .AppendLine("|---|---|---|---|---|");
        foreach (HeapCallsRow row in results.Calls)
        {
            HeapRow ours = results.Rows.First(one => (one.Row, one.Size, one.Count) == (row.Row, row.Size, row.Count));
            text.AppendLine($"| {Name(ours)} | {Format.Short(ours.Ours.Aot)} | {Format.Short(row.FurtherPool)} | "
                + $"{Format.Short(row.NdisAllocateMemory)} | {Format.Short(row.Lookaside)} |");
        }
    }

    private static void AppendDotnet(StringBuilder text, HeapResults results)
    {
        text.AppendLine().AppendLine("What .NET has, NativeAOT:").AppendLine();
        text.AppendLine("| | ours | NativeMemory | ArrayPool.Shared | MemoryPool.Shared |").AppendLine("|---|---|---|---|---|");
        foreach (HeapDotnetRow row in results.Dotnet)
        {
            HeapRow ours = results.Rows.First(one =>
                (one.Row, one.Size, one.Count, one.Threads) == (row.Row, row.Size, row.Count, row.Threads));
            text.AppendLine($"| {Name(ours)} | {Format.Short(ours.Ours.Aot)} | {Format.Short(row.NativeMemory)} | "
                + $"{Format.Short(row.ArrayPool)} | {Format.Short(row.MemoryPool)} |");
        }
    }

    private static string Count(HeapRow row) => row.Count is { } count ? count.ToString("N0", CultureInfo.InvariantCulture) : "";

    private static string Threads(HeapRow row) => row.Threads == 1 ? "one thread" : "two threads";
}
