using System.Text;

namespace Nonpaged.Bench;

/// <summary>Results of "heap" as a table of a line for each kind of row: the least and the most of its rows.</summary>
internal static class HeapSummary
{
    public static string Of(HeapResults results)
    {
        var text = new StringBuilder();
        text.AppendLine("| | ours | best C peer | ratio | unchecked | JIT |").AppendLine("|---|---|---|---|---|---|");
        foreach (IGrouping<string, HeapRow> kind in results.Rows.GroupBy(Kind))
        {
            string ours = Range(kind.Select(row => row.Ours.Aot), Format.Short);
            string best = Range(kind.Select(row => row.Best is null ? null : row.Peers[row.Best]), Format.Short);
            string names = string.Join(", ", kind.Select(row => row.Best).Where(name => name is not null).Distinct());
            string unit = kind.First().Row == "memory" ? "" : " ns";
            text.AppendLine(
                $"| {kind.Key} | {ours}{unit} | {best}{unit}, {names} | **{Ratios(row => row.Ratio)}** | "
                    + $"{Ratios(row => row.RatioUnchecked)} | {Ratios(row => row.RatioJit)} |");

            string Ratios(Func<HeapRow, double?> ratio) => Range(kind.Select(ratio), Format.ShortRatio);
        }

        return text.ToString();
    }

    private static string Kind(HeapRow row) => row.Row switch
    {
        "lifo" => "one block, 16 B to 64 KiB",
        "batch" => "64 blocks, then freed, 16 B to 64 KiB",
        "churn" => $"churn of the network mix, {(row.Threads == 1 ? "one thread" : "two threads")}",
        "remote" => "freed on the other thread",
        "bulk" => "bulk of 16, 32, 64",
        "live" => $"among many live blocks of {row.Size} B",
        _ => $"held / payload, {row.Phase}",
    };

    private static string Range(IEnumerable<double?> values, Func<double?, string> format)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length == 0) return format(null);
        string least = format(known.Min());
        string most = format(known.Max());
        return least == most ? least : $"{least} – {most}";
    }
}
