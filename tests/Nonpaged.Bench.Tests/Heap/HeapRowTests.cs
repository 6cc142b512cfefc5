using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nonpaged.Bench.Tests;

public sealed class HeapRowTests
{
    private static readonly HeapCase s_case = HeapCase.All(quick: false).First(one => one.Workload == "lifo 1514");

    private static readonly Dictionary<string, double?> s_peers = new()
    {
        ["rte_mempool"] = 5,
        ["mimalloc"] = 15,
        ["jemalloc"] = 4,
        ["glibc"] = null,
        ["rte_malloc"] = 1,
    };

    [Fact]
    public void The_best_peer_is_the_least_of_those_that_count_and_rte_malloc_does_not()
    {
        var row = HeapRow.Of(s_case, new HeapOurs(3, 6, 2), s_peers);
        Assert.Equal("jemalloc", row.Best);
        Assert.Equal((0.75, 1.5, 0.5), (row.Ratio, row.RatioJit, row.RatioUnchecked));
    }

    [Theory]
    [InlineData("large")]
    [InlineData("dma")]
    public void For_large_blocks_and_a_device_rte_malloc_counts(string row)
    {
        HeapCase one = HeapCase.All(quick: false).First(one => one.Row == row);
        var counted = HeapRow.Of(one, new HeapOurs(3, 6, 2), s_peers);
        Assert.Equal(("rte_malloc", 3), (counted.Best, counted.Ratio));
    }

    [Fact]
    public void Where_nothing_was_measured_there_is_neither_a_best_nor_a_ratio()
    {
        var row = HeapRow.Of(
            s_case, new HeapOurs(3, null, 2), new Dictionary<string, double?> { ["glibc"] = null, ["rte_malloc"] = 1 });
        Assert.Equal((null, null, null, null), (row.Best, row.Ratio, row.RatioJit, row.RatioUnchecked));
        Assert.Null(HeapRow.Of(s_case, new HeapOurs(3, null, 2), s_peers).RatioJit);
    }

    [Fact]
    public void A_row_in_JSON_has_a_value_or_null_under_each_of_its_names()
    {
        JsonObject row = Json(HeapRow.Of(s_case, new HeapOurs(3, 6, null), s_peers));
        Assert.Equal(
            ["row", "size", "count", "threads", "together", "phase", "ours", "peers", "best", "ratio", "ratioUnchecked",
                "ratioJit", "free", "zeroed", "from"],
            row.Select(pair => pair.Key));
        Assert.Equal("""{"aot":3,"jit":6,"unchecked":null}""", row["ours"]!.ToJsonString());
        Assert.Equal(
            """{"rte_mempool":5,"mimalloc":15,"jemalloc":4,"glibc":null,"rte_malloc":1}""", row["peers"]!.ToJsonString());
        Assert.Equal(("lifo", 1514, 1, 1), ((string?)row["row"], (int?)row["size"], (int?)row["count"], (int?)row["threads"]));
        Assert.Equal("unsized", (string?)row["free"]);
        Assert.Null(row["zeroed"]);
        Assert.Null(row["from"]);
        Assert.Null(row["together"]);
        Assert.Null(row["ratioUnchecked"]);
    }

    private static JsonObject Json(HeapRow row)
    {
        var results = new HeapResults(
            new MachineFacts("", 2, "", "", "", "", "", ""), new Dictionary<string, string>(), 5, false, [row], [], [], []);
        JsonNode document = JsonSerializer.SerializeToNode(results, BenchJson.Default.HeapResults)!;
        return document["rows"]![0]!.AsObject();
    }
}
