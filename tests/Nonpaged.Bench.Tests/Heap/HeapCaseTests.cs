namespace Nonpaged.Bench.Tests;

public sealed class HeapCaseTests
{
    [Fact]
    public void Each_kind_of_row_has_its_sizes_counts_and_threads()
    {
        HeapCase[] all = [.. HeapCase.All(quick: false)];
        Assert.Equal(HeapCase.Names, all.Select(one => one.Row).Distinct());
        Assert.Equal([16, 64, 256, 1514, 2048, 4096, 65536], Of("lifo").Select(one => one.Size));
        Assert.Equal(Of("lifo").Select(one => one.Size), Of("batch").Select(one => one.Size));
        Assert.Equal([1, 2], Of("churn").Select(one => one.Threads));
        Assert.Equal([64, 1514, 2048], Of("remote").Select(one => one.Size));
        Assert.Equal([16, 32, 64], Of("bulk").Select(one => one.Count));
        Assert.Equal(
            [1000, 10_000, 100_000, 1_000_000, 10_000_000],
            Of("live").Where(one => (one.Size, one.Together) == (64, 1)).Select(one => one.Count));
        Assert.Equal(
            [1000, 10_000, 100_000], Of("live").Where(one => (one.Size, one.Together) == (2048, 256)).Select(one => one.Count));
        Assert.Equal(["filled", "churned", "freed90"], Of("memory").Select(one => one.Phase));
        Assert.Equal(["none", "classes", "mix"], Of("footprint").Select(one => one.Phase));
        Assert.Equal([1, 8], Of("threads").Select(one => one.Threads));
        Assert.Equal([1, 64], Of("dma").Select(one => one.Count));
        Assert.Equal([65537, 131072, 1 << 20, 2 << 20, 16 << 20], Of("large").Select(one => one.Size).Distinct());
        Assert.Equal([1, 64, 8], Of("large").Select(one => one.Count).Distinct());
        Assert.Equal(20, Of("large").Count());
        Assert.Equal([false, true], Of("handover").Select(one => one.FromC).Distinct());
        Assert.Equal(all.Length, all.Select(one => (one.Workload, one.Free, one.FromC)).Distinct().Count());

        IEnumerable<HeapCase> Of(string row) => all.Where(one => one.Row == row && !one.IsSized);
    }

    [Fact]
    public void Where_one_length_or_the_mix_is_freed_each_row_has_a_twin_whose_frees_are_told_the_length()
    {
        HeapCase[] all = [.. HeapCase.All(quick: false)];
        HeapCase[] sized = [.. all.Where(one => one.IsSized)];
        Assert.Equal(["lifo", "batch", "churn", "bulk"], sized.Select(one => one.Row).Distinct());
        Assert.Equal(
            all.Where(one => !one.IsSized && one.Row is ("lifo" or "batch" or "churn" or "bulk")).Select(one => one.Workload),
            sized.Select(one => one.Workload));
        Assert.Equal("ours, AOT/sized", HeapContestants.ProcessOf(HeapContestants.Aot, sized[0]));
        Assert.Equal("jemalloc_by_length", HeapContestants.ProcessOf("jemalloc, by length", sized[0]));
        Assert.Equal("jemalloc", HeapContestants.ProcessOf("jemalloc", sized[0]));
        Assert.Equal("rte_mempool_by_length", HeapContestants.ProcessOf(HeapContestants.ByLength, sized[0]));
        Assert.Contains("jemalloc, by length", HeapContestants.For(sized[0]));
        Assert.Contains(HeapContestants.ByLength, HeapContestants.For(sized.First(one => one.Row == "churn")));
        Assert.Equal(["jemalloc", "jemalloc, by length"], HeapContestants.NamesOf("jemalloc", isSized: true));
        Assert.Equal(["jemalloc"], HeapContestants.NamesOf("jemalloc", isSized: false));
        Assert.DoesNotContain(HeapContestants.Lookaside, HeapContestants.For(sized[0]));
    }

    [Fact]
    public void A_peer_that_has_no_such_call_has_no_value()
    {
        HeapCase[] all = [.. HeapCase.All(quick: false)];
        Assert.DoesNotContain("rte_mempool", HeapContestants.For(all.First(one => one.Row == "large")));
        Assert.Equal(
            [.. HeapContestants.Ours, "rte_malloc", "rte_memzone"], HeapContestants.For(all.First(one => one.Row == "dma")));
        Assert.Equal(
            [HeapContestants.C, "mimalloc", "jemalloc", "glibc"], HeapContestants.For(all.First(one => one.Row == "footprint")));
        Assert.Equal("ndis", HeapContestants.ProcessOf(HeapContestants.C, all.First(one => one.Row == "threads")));
    }

    [Fact]
    public void The_network_mix_has_its_shares()
    {
        double all = NetworkMix.Lengths.Length;
        Assert.InRange(NetworkMix.Lengths.Count(length => length == 64) / all, 0.59, 0.61);
        Assert.InRange(NetworkMix.Lengths.Count(length => length == 1514) / all, 0.24, 0.26);
        Assert.InRange(NetworkMix.Lengths.Count(length => length is >= 2048 and <= 9216) / all, 0.14, 0.16);
    }

    [Fact]
    public void A_slot_is_drawn_from_all_there_are()
    {
        var random = new Sequence(1);
        var drawn = new HashSet<ulong>();
        for (int i = 0; i < 10_000; i++) drawn.Add(random.Draw(1000));
        Assert.InRange(drawn.Count, 990, 1000);
        Assert.All(drawn, slot => Assert.InRange(slot, 0UL, 999UL));
    }
}
