namespace Nonpaged.Bench.Tests;

public sealed class RungUnderTestTests
{
    [Fact]
    public void Plain_C_fills_with_as_many_threads_as_ours()
    {
        int all = Environment.ProcessorCount;
        Assert.Equal(1, Rung("collapsed memfd").Threads(1 << 30));
        Assert.Equal(1, Rung("on-demand hugepages").Threads(16 << 20));
        Assert.Equal(int.Min(all, 16), Rung("on-demand hugepages").Threads(256 << 20));
        Assert.Equal(int.Min(all, 16), Rung("4 KiB pages").Threads(16 << 20));
        Assert.Equal(
            ["hugetlb", "268435456", $"{int.Min(all, 16)}", "16777216"], Rung("hugepage pool").CArguments(256 << 20));

        static RungUnderTest Rung(string name) => RungUnderTest.All.Single(one => one.Name == name);
    }
}
