namespace Nonpaged.Bench.Tests;

public sealed class BesideTableTests
{
    private static readonly BesideResults s_first =
        new("amd-zen4", "AMD EPYC", [Row("bulk of 16", 1, 2), Row("bulk of 32", 3, 4)]);

    private static readonly BesideResults s_second = new("intel-skylake", "Intel Xeon", [Row("bulk of 16", 5, 2)]);

    [Fact]
    public void Processors_stand_side_by_side_with_minimum_and_median()
    {
        string[] lines = Lines(isShort: false);
        Assert.Contains("- **amd-zen4**: AMD EPYC.", lines);
        Assert.Contains(
            "| minimum (median) | amd-zen4: ours | best peer | ratio | intel-skylake: ours | best peer | ratio |", lines);
        Assert.Contains(
            "| bulk of 16 | 1.00 (2.00) | 2.00 (4.00), glibc | **0.50** (0.50) "
                + "| 5.00 (10.0) | 2.00 (4.00), glibc | 2.50 (2.50) |",
            lines);
        Assert.Contains("| bulk of 32 | 3.00 (6.00) | 4.00 (8.00), glibc | **0.75** (0.75) | – | – | – |", lines);
    }

    [Fact]
    public void A_kind_of_row_is_summed_up_by_its_least_and_its_most()
    {
        Assert.Contains(
            "| bulk | 1.00 – 3.00 (2.00 – 6.00) | 2.00 – 4.00 (4.00 – 8.00), glibc | **0.50 – 0.75** (0.50 – 0.75) | 5.00 (10.0) "
                + "| 2.00 (4.00), glibc | 2.50 (2.50) |",
            Lines(isShort: true));
    }

    [Fact]
    public void It_says_where_ours_loses()
    {
        string[] lines = Lines(isShort: true);
        Assert.Contains(
            "- amd-zen4: Of 2 rows 2 ahead of the best peer (ratio at most 0.95), 0 level, 0 behind (at least 1.05).", lines);
        Assert.Contains(
            "- intel-skylake: Of 1 rows 0 ahead of the best peer (ratio at most 0.95), 0 level, 1 behind (at least 1.05). "
                + "Ours loses at: bulk (up to 2.50, glibc).",
            lines);
    }

    [Fact]
    public void The_short_table_of_a_hurried_reader_has_ratios_alone_and_says_how_many_rows_are_behind()
    {
        var main = new BesideResults(
            "amd-zen4", "AMD EPYC", [Row("one", 1, 2, HeapSummary.Main[0]), Row("two", 3, 2, "footprint")]);
        string[] lines = [.. BesideTable.Ratios([main, s_second]).Split('\n').Select(line => line.TrimEnd())];
        Assert.Contains($"| {HeapSummary.Main[0]} | **0.50** (0.50) | – |", lines);
        Assert.Contains("| all rows: ahead, level, behind | 1 / 0 / 1 | 0 / 0 / 1 |", lines);
        Assert.DoesNotContain(lines, line => line.Contains("footprint", StringComparison.Ordinal));
    }

    private static string[] Lines(bool isShort) =>
        [.. BesideTable.Of([s_first, s_second], isShort).Split('\n').Select(line => line.TrimEnd())];

    private static BesideRow Row(string name, double ours, double peer, string kind = "bulk") => new(
        kind, name, Times.Of("ours", [ours, 2 * ours, 3 * ours]), "glibc",
        Times.Of("glibc", [peer, 2 * peer, 3 * peer]), ours / peer);
}
