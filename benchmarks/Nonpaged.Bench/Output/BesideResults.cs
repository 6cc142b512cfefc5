namespace Nonpaged.Bench;

/// <summary>One processor's results, to be put beside another's.</summary>
/// <param name="Name">The processor's, as its folder is called.</param>
/// <param name="Title">On what, with what and when it was measured.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record BesideResults(string Name, string Title, IReadOnlyList<BesideRow> Rows)
{
    /// <summary>When and in which version of ours it was measured.</summary>
    public string Stamp { get; private init; } = "";

    public static BesideResults Of(string name, HeapResults results) => new(
        name, HeapTable.Title(results), [.. results.Rows.Zip(results.Details).Select(one => Of(one.First, one.Second))])
    {
        Stamp = string.Join(", ", new[] { results.Machine.Date, results.Machine.Commit }.OfType<string>()),
    };

    public static BesideResults Of(string name, CResults results) => new(
        name, CCommand.Title(results),
        [.. results.Rows.Select(row =>
            new BesideRow("one block, from C", CCommand.Name(row), row.Ours, row.Best, row.Peers[row.Best], row.Ratio))]);

    public static BesideResults Of(string name, Results results) => new(
        name, MarkdownTable.Title(results),
        [.. MarkdownTable.Rows(results, "populate", BenchJson.Default.PopulateRow).Select(row => Of(row, results))]);

    private static BesideRow Of(PopulateRow row, Results results)
    {
        IReadOnlyList<Times> times = results.Times.Single(one => one.Size == row.Size).Times;
        RungUnderTest rung = RungUnderTest.All.Single(one => one.Name == row.Ours.Rung);
        Times ours = times.Single(one => one.Name == rung.OurName);
        Times best = times.Where(one => one.Name == rung.CName || one.Name is PopulateResult.Dpdk or PopulateResult.Mlock)
            .MinBy(one => one.Minimum)!;
        string name = $"{Format.Bytes(row.Size)}, {rung.Name}, ms";
        // Older results, where ours had as many as now.
        string c = row.Threads is null && rung.Threads(row.Size) > 1 ? "plain C on one thread" : "plain C";
        return new BesideRow(
            Format.Bytes(row.Size), name, ours, best.Name == rung.CName ? c : best.Name, best,
            Format.Ratio(ours.Minimum, best.Minimum));
    }

    private static BesideRow Of(HeapRow row, HeapDetail detail)
    {
        string ours = row.From is null ? HeapContestants.Aot : HeapContestants.C;
        IEnumerable<string> names = row.Best is null ? [] : HeapContestants.NamesOf(row.Best, row.Free == HeapCase.Sized);
        Times? best = names.Select(Find).OfType<Times>().MinBy(one => one.Minimum);
        return new BesideRow(HeapSummary.Kind(row), HeapTable.Name(row), Find(ours), row.Best, best, row.Ratio);

        Times? Find(string name) => detail.Times.FirstOrDefault(one => one.Name == name);
    }
}
