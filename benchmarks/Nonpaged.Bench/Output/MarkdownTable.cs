using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nonpaged.Bench;

/// <summary>Results as tables that a person reads, on a terminal or in a document.</summary>
internal static class MarkdownTable
{
    public static string Of(Results results)
    {
        var text = new StringBuilder();
        text.AppendLine($"{Title(results)}. Minimums.").AppendLine();
        text.AppendLine("| size | rung | threads | ours | plain C | rte_eal_init | MAP_POPULATE + mlock | ours / C | / DPDK "
            + "| / mlock | |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        var all = new List<double?>();
        foreach (PopulateRow row in Rows(results, "populate", BenchJson.Default.PopulateRow))
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {Format.Bytes(row.Size)} | {row.Ours.Rung} | {Threads(row.Threads)} | {row.Ours.Ms:0.00} ms | "
                    + $"{row.Peers.C:0.00} ms | {row.Peers.Dpdk:0.0} ms | {row.Peers.Mlock:0.0} ms | {row.Ratios.C:0.00} | "
                    + $"{row.Ratios.Dpdk:0.000} | {row.Ratios.Mlock:0.00} | {Verdict.Of(row.Ratios.Highest)} |");
            all.Add(row.Ratios.Highest);
        }

        text.AppendLine().AppendLine(Verdict.Count(all));

        text.AppendLine().AppendLine("The first pool of a process, with all that a program does once:").AppendLine();
        text.AppendLine("| size | rung | threads | ours | plain C | ours / C | |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (FirstRow row in Rows(results, "populate-first", BenchJson.Default.FirstRow))
        {
            text.AppendLine(
                CultureInfo.InvariantCulture, $"| {Format.Bytes(row.Size)} | {row.Ours.Rung} | {Threads(row.Threads)} | "
                + $"{row.Ours.Ms:0.00} ms | {row.Peers.C:0.00} ms | {row.Ratios.C:0.00} | {Verdict.Of(row.Ratios.C)} |");
        }

        text.AppendLine().AppendLine("One translation, random addresses over 256 MiB:").AppendLine();
        text.AppendLine("| | ns |").AppendLine("|---|---|");
        AppendTranslate(text, results);
        return text.ToString();
    }

    // Older results are of a plain C that had one.
    private static string Threads(int? threads) => threads is { } both ? $"{both}" : "C: 1";

    private static void AppendTranslate(StringBuilder text, Results results)
    {
        foreach (TranslateRow row in Rows(results, "translate", BenchJson.Default.TranslateRow))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| NonpagedPool.TryTranslate, NativeAOT | {row.Ours:0.00} |");
            foreach (TranslateRow jit in Rows(results, "translate-jit", BenchJson.Default.TranslateRow))
                text.AppendLine(CultureInfo.InvariantCulture, $"| NonpagedPool.TryTranslate, JIT | {jit.Ours:0.00} |");
            foreach ((string name, double time) in row.Peers)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {time:0.##} |");
        }
    }

    /// <summary>On what, with what and when it was measured.</summary>
    public static string Title(Results results) =>
        results.Machine.Describe($"NativeAOT, DPDK {results.Machine.Dpdk}, {results.Machine.Compiler}");

    public static IEnumerable<T> Rows<T>(
        Results results, string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        results.Rows.Where(row => (string?)row!["row"] == name).Select(row => row!.Deserialize(type)!);
}
