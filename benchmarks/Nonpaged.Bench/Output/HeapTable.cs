using System.Globalization;
using System.Text;

namespace Nonpaged.Bench;

/// <summary>Results of "heap" as tables that a person reads, on a terminal or in a document.</summary>
internal static class HeapTable
{
    public static string Of(HeapResults results)
    {
        var text = new StringBuilder();
        text.AppendLine($"{Title(results)}. Minimums.");
        HeapRow[] dma = [.. results.Rows.Where(row => row.Row == "dma")];
        HeapRow[] others = [.. results.Rows.Except(dma)];
        if (others.Length > 0) AppendRows(text, others, HeapContestants.Peers);
        if (dma.Length > 0) AppendRows(text, dma, [HeapContestants.Memzone, HeapRow.NotCounted]);
        text.AppendLine().AppendLine(Verdict.Count(results.Rows.Select(row => row.Ratio)));
        AppendByLength(text, results);
        if (results.Calls.Count > 0) AppendCalls(text, results);
        if (results.Dotnet.Count > 0) AppendDotnet(text, results);
        return text.ToString();
    }

    /// <summary>On what, with what and when it was measured.</summary>
    public static string Title(HeapResults results)
    {
        string versions = string.Join(", ", results.Allocators.Select(one => $"{one.Key} {one.Value}"));
        string rounds = FormattableString.Invariant($"{results.Rounds} {(results.Quick ? "short rounds (--quick)" : "rounds")}");
        return $"{results.Machine.Describe($"{results.Machine.Compiler}, {versions}")}; {rounds}";
    }

    /// <summary>A row as a person calls it.</summary>
    public static string Name(HeapRow row) => row.Row switch
    {
        "lifo" => $"LIFO, {row.Size} B{Sized(row)}",
        "batch" => $"batch of {row.Count}, {row.Size} B{Sized(row)}",
        "churn" => $"churn, {Count(row)} live of the mix, {Threads(row)}{Sized(row)}",
        "remote" => $"freed on the other thread, {row.Size} B",
        "handover" => $"handed to a thread that only frees, {row.Size} B{From(row)}",
        "bulk" => $"bulk of {row.Count}, {row.Size} B{Sized(row)}",
        "large" => $"{Format.Length(row.Size)}, {Several(row)}{(row.Zeroed == true ? ", zeroed" : "")}",
        "dma" => $"4 KiB for a device, contiguous, below 16 MiB, {Several(row)}",
        "threads" => $"a thread of 100 blocks of the mix, {Together(row)}{From(row)}",
        "footprint" => $"MiB resident, {Payload(row)}{From(row)}",
        "live" => $"{Count(row)} live, {row.Size} B, replaced {(row.Together == 1 ? "one by one" : $"{row.Together} at a time")}",
        _ => $"held / payload, {Count(row)} of the mix, {row.Phase}",
    };

    private static void AppendRows(StringBuilder text, IEnumerable<HeapRow> rows, IReadOnlyList<string> names)
    {
        text.AppendLine().AppendLine(
            $"| | ours | unchecked | JIT | {string.Join(" | ", names)} | best | ratio | unchecked | JIT | |");
        text.AppendLine($"|---|---|---|---|{string.Concat(names.Select(_ => "---|"))}---|---|---|---|---|");
        foreach (HeapRow row in rows)
        {
            string peers = string.Join(" | ", names.Select(peer => Format.Short(row.Peers.GetValueOrDefault(peer))));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {Name(row)} | {Format.Short(row.Ours.Aot)} | {Format.Short(row.Ours.Unchecked)} | "
                    + $"{Format.Short(row.Ours.Jit)} | {peers} | {row.Best} | {Verdict.Bold(row.Ratio)} | "
                    + $"{Format.ShortRatio(row.RatioUnchecked)} | {Format.ShortRatio(row.RatioJit)} | {Verdict.Of(row.Ratio)} |");
        }
    }

    private static void AppendByLength(StringBuilder text, HeapResults results)
    {
        double[] times = [.. results.Details.Where(detail => detail.Free != HeapCase.Sized).SelectMany(detail => detail.Times)
            .Where(time => time.Name == HeapContestants.ByLength)
            .Select(time => time.Minimum)];
        if (times.Length == 0) return;
        string each = string.Join(" and ", times.Select(time => Format.Short(time)));
        text.AppendLine().AppendLine($"In churn without a sized free a block is freed by its address alone. "
            + $"rte_mempool where the caller knows the block's length instead: {each}.");
    }

    private static void AppendCalls(StringBuilder text, HeapResults results)
    {
        text.AppendLine().AppendLine("Ours by other calls, NativeAOT:").AppendLine();
        text.AppendLine("| | the default pool | a further pool | NdisAllocateMemory, NdisFreeMemory | a lookaside list |")
            .AppendLine("|---|---|---|---|---|");
        foreach (HeapCallsRow row in results.Calls)
        {
            HeapRow ours = results.Rows.First(one =>
                one.Free != HeapCase.Sized && (one.Row, one.Size, one.Count) == (row.Row, row.Size, row.Count));
            text.AppendLine($"| {Name(ours)} | {Format.Short(ours.Ours.Aot)} | {Format.Short(row.FurtherPool)} | "
                + $"{Format.Short(row.NdisAllocateMemory)} | {Format.Short(row.Lookaside)} |");
        }
    }

    private static void AppendDotnet(StringBuilder text, HeapResults results)
    {
        text.AppendLine().AppendLine("What .NET has, NativeAOT:").AppendLine();
        text.AppendLine("| | ours | NativeMemory | ArrayPool.Shared | MemoryPool.Shared | ours, AsMemoryPool |")
            .AppendLine("|---|---|---|---|---|---|");
        foreach (HeapDotnetRow row in results.Dotnet)
        {
            HeapRow ours = results.Rows.First(one =>
                one.Free != HeapCase.Sized
                    && (one.Row, one.Size, one.Count, one.Threads) == (row.Row, row.Size, row.Count, row.Threads));
            text.AppendLine($"| {Name(ours)} | {Format.Short(ours.Ours.Aot)} | {Format.Short(row.NativeMemory)} | "
                + $"{Format.Short(row.ArrayPool)} | {Format.Short(row.MemoryPool)} | {Format.Short(row.AsMemoryPool)} |");
        }
    }

    private static string Count(HeapRow row) => row.Count is { } count ? count.ToString("N0", CultureInfo.InvariantCulture) : "";

    private static string Sized(HeapRow row) => row.Free == HeapCase.Sized ? ", sized free" : "";

    private static string From(HeapRow row) => row.From == "c" ? ", from C" : "";

    private static string Several(HeapRow row) => row.Count == 1 ? "one by one" : $"{row.Count} at a time";

    private static string Together(HeapRow row) =>
        row.Threads == 1 ? "one after the other" : FormattableString.Invariant($"{row.Threads} at a time");

    private static string Payload(HeapRow row) => row.Phase switch
    {
        "none" => "nothing allocated",
        "classes" => "4 KiB of each length up to 64 KiB",
        _ => "1,000 live of the mix on each of two threads",
    };

    private static string Threads(HeapRow row) => row.Threads == 1 ? "one thread" : "two threads";
}
