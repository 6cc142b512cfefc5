using System.Text.Json;

namespace Nonpaged.Bench.Tests;

public sealed class XdpTableTests
{
    private static readonly MachineFacts s_machine =
        new("AMD EPYC", 2, "6.18", ".NET 10", "22.11", "gcc 12", "madvise", "2026-11-29", Source: MachineFacts.CurrentXdpSource);

    private static readonly XdpResults s_results = new(
        s_machine, new Dictionary<string, string> { ["libxdp"] = "1.3.1" }, 3, 0.4,
        [
            XdpRow.Of(new XdpCase("tx", 60), Turns(ours: 2, jit: 1.5, c: 1, dpdk: 1.95)),
            XdpRow.Of(new XdpCase("rx-drop", 1514), Turns(ours: 1, jit: 0.5, c: 0.99, dpdk: 4)),
        ],
        [
            FramesRow.Of(64, new Dictionary<string, List<double>>
            {
                [XdpContestants.Checked] = [0.6, 0.5, 0.7],
                [XdpContestants.Unchecked] = [0.25, 0.3, 0.35],
                [XdpContestants.CheckedJit] = [0.6, 0.6, 0.6],
                [XdpContestants.Mempool] = [0.5, 0.6, 0.7],
            }),
        ]);

    [Fact]
    public void A_row_has_median_and_most_of_each_ratios_and_a_verdict_over_the_better_peer()
    {
        string[] lines = Lines();
        Assert.Contains(
            "| tx, 60 B | 2.000, 2.200 | 1.500, 1.650 | 1.000, 1.100 | 1.950, 2.145 | **2.00** (2.00) | **1.50** (1.50) "
                + "| 1.03 (1.03) | level |",
            lines);
        Assert.Contains(
            "| rx-drop, 1514 B | 1.000, 1.100 | 0.500, 0.550 | 0.990, 1.089 | 4.000, 4.400 | 1.01 (1.01) | 0.51 (0.51) "
                + "| 0.25 (0.25) | behind |",
            lines);
        Assert.Contains(
            "Of 2 rows 0 ahead of the best peer (ratio at most 0.95), 1 level, 1 behind (at least 1.05). "
                + "These ratios are of times.",
            lines);
    }

    [Fact]
    public void Processor_time_is_that_of_a_frame() =>
        Assert.Contains("| tx, 60 B | 0.05 + 0.40 | 0.07 + 0.53 | 0.10 + 0.80 | 0.05 + 0.41 |", Lines());

    [Fact]
    public void The_frame_pool_is_beside_rte_mempool() => Assert.Contains(
        "| 64 | 0.50 (0.60) | 0.25 (0.30) | 0.60 (0.60) | 0.50 (0.60) | 1.00 | **0.50** |", Lines());

    [Fact]
    public void It_says_how_the_kernel_was_set_and_on_what_it_ran()
    {
        string text = XdpTable.Of(s_results);
        Assert.Contains("napi_defer_hard_irqs 2 and gro_flush_timeout 50000", text, StringComparison.Ordinal);
        Assert.Contains("batches of 32 to 60 frames", text, StringComparison.Ordinal);
        Assert.StartsWith("AMD EPYC, 2 cores, Linux 6.18, ", text, StringComparison.Ordinal);
        Assert.Contains("gcc 12, libxdp 1.3.1, 2026-11-29; 3 rounds of 0.4 s each.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_results_give_the_same_table()
    {
        string json = JsonSerializer.Serialize(s_results, BenchJson.Default.XdpResults);
        Assert.Equal(XdpTable.Of(s_results), XdpTable.Of(JsonSerializer.Deserialize(json, BenchJson.Default.XdpResults)!));
    }

    [Theory]
    [InlineData("1 2 3")]
    [InlineData("0 0.4 0 0")]
    public void A_turn_without_frames_or_with_other_words_is_none(string line) =>
        Assert.Throws<BenchException>(() => XdpTurn.Parse(line));

    private static string[] Lines() => [.. XdpTable.Of(s_results).Split('\n').Select(line => line.TrimEnd())];

    // In million frames a second; three rounds.
    private static Dictionary<string, List<XdpTurn>> Turns(double ours, double jit, double c, double dpdk) => new()
    {
        [XdpContestants.Aot] = Rounds(ours),
        [XdpContestants.Jit] = Rounds(jit),
        [XdpContestants.C] = Rounds(c),
        [XdpContestants.Dpdk] = Rounds(dpdk),
    };

    private static List<XdpTurn> Rounds(double rate) =>
        [.. new[] { 0.9, 1, 1.1 }.Select(part => XdpTurn.Parse(FormattableString.Invariant(
            $"{rate * part * 1e6:0} 1.000000 {0.1 * part:0.000000} {0.8 * part:0.000000}")))];
}
