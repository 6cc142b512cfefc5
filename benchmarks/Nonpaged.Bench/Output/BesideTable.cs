using System.Text;

namespace Nonpaged.Bench;

/// <summary>Results of several processors as one table, with minimums and medians, and where ours is behind.</summary>
internal static class BesideTable
{
    /// <param name="all">A column for each.</param>
    /// <param name="isShort">A line for each kind of row: the least and the most of its rows.</param>
    public static string Of(IReadOnlyList<BesideResults> all, bool isShort)
    {
        var text = new StringBuilder();
        foreach (BesideResults one in all) text.AppendLine($"- **{one.Name}**: {one.Title}.");
        text.AppendLine().Append("| minimum (median) |");
        foreach (BesideResults one in all) text.Append($" {one.Name}: ours | best peer | ratio |");
        text.AppendLine().AppendLine($"|---|{string.Concat(all.Select(_ => "---|---|---|"))}");
        foreach (string name in all.SelectMany(one => one.Rows).Select(Key).Distinct())
        {
            text.Append($"| {name} |");
            foreach (BesideResults one in all) text.Append(Cells([.. one.Rows.Where(row => Key(row) == name)]));
            text.AppendLine();
        }

        text.AppendLine();
        foreach (BesideResults one in all) text.AppendLine($"- {one.Name}: {Behind(one, Key)}");
        return text.ToString();

        string Key(BesideRow row) => isShort ? row.Kind : row.Name;
    }

    /// <summary>One small table for readers in a hurry: ours to the best peer, a column for each processor.</summary>
    public static string Ratios(IReadOnlyList<BesideResults> all)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"| ours / best peer, minimum (median) |{string.Concat(all.Select(one => $" {one.Name}, {one.Stamp} |"))}");
        text.AppendLine($"|---|{string.Concat(all.Select(_ => "---|"))}");
        foreach (string kind in HeapSummary.Main)
        {
            text.Append($"| {kind} |");
            foreach (BesideResults one in all) text.Append($" {RatioOf([.. one.Rows.Where(row => row.Kind == kind)])} |");
            text.AppendLine();
        }

        text.Append("| all rows: ahead, level, behind |");
        foreach (BesideResults one in all) text.Append($" {Verdict.Counts(one.Rows.Select(row => row.Ratio))} |");
        return text.AppendLine().ToString();
    }

    private static string RatioOf(BesideRow[] rows) => rows.Length == 0
        ? "–"
        : $"{Bold(rows)}{Range(rows.Select(row => row.Ratio), Format.ShortRatio)}{Bold(rows)} "
            + $"({Range(rows.Select(row => row.MedianRatio), Format.ShortRatio)})";

    // Where ours is ahead in each of them.
    private static string Bold(BesideRow[] rows) => rows.All(row => Verdict.Of(row.Ratio) == Verdict.Ahead) ? "**" : "";

    private static string Cells(BesideRow[] rows)
    {
        if (rows.Length == 0) return " – | – | – |";
        string names = string.Join(", ", rows.Select(row => row.Best).OfType<string>().Distinct());
        string best = names.Length == 0 ? "–" : $"{Both(rows, row => row.Peer, Format.Short)}, {names}";
        return $" {Both(rows, row => row.Ours, Format.Short)} | {best} | {RatioOf(rows)} |";
    }

    /// <summary>Where ours loses, the farthest first.</summary>
    private static string Behind(BesideResults one, Func<BesideRow, string> key)
    {
        string count = Verdict.Count(one.Rows.Select(row => row.Ratio));
        string[] behind = [.. one.Rows.Where(row => Verdict.Of(row.Ratio) == Verdict.Behind).GroupBy(key)
            .Select(group => group.MaxBy(row => row.Ratio)!).OrderByDescending(row => row.Ratio)
            .Select(row => $"{key(row)} (up to {Format.ShortRatio(row.Ratio)}, {row.Best})")];
        return behind.Length == 0 ? count : $"{count} Ours loses at: {string.Join("; ", behind)}.";
    }

    private static string Both(BesideRow[] rows, Func<BesideRow, Times?> times, Func<double?, string> format) =>
        $"{Range(rows.Select(row => times(row)?.Minimum), format)} ({Range(rows.Select(row => times(row)?.Median), format)})";

    private static string Range(IEnumerable<double?> values, Func<double?, string> format)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length == 0) return format(null);
        string least = format(known.Min());
        string most = format(known.Max());
        return least == most ? least : $"{least} – {most}";
    }
}
