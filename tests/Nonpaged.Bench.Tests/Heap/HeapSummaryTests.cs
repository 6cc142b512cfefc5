namespace Nonpaged.Bench.Tests;

public sealed class HeapSummaryTests
{
    [Fact]
    public void A_kind_of_row_is_summed_up_by_its_least_and_its_most()
    {
        HeapCase[] cases = [.. HeapCase.All(quick: false).Where(one => one.Row == "bulk")];
        HeapRow[] rows =
        [
            HeapRow.Of(cases[0], new HeapOurs(1, 2, 0.5), new Dictionary<string, double?> { ["rte_mempool"] = 2 }),
            HeapRow.Of(cases[1], new HeapOurs(3, 3, 3), new Dictionary<string, double?> { ["jemalloc"] = 4, ["rte_malloc"] = 1 }),
        ];
        var results = new HeapResults(
            new MachineFacts("", 2, "", "", "", "", "", ""), new Dictionary<string, string>(), 5, false, rows, [], [], []);
        Assert.Contains(
            "| bulk of 16, 32, 64 | 1.00 – 3.00 ns | 2.00 – 4.00 ns, rte_mempool, jemalloc | **0.50 – 0.75** | 0.25 – 0.75 | "
                + "0.75 – 1.00 |",
            HeapSummary.Of(results).Split('\n').Select(line => line.TrimEnd()));
    }
}
