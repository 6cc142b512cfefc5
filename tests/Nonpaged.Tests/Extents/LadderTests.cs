namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed unsafe class LadderTests
{
    [Theory]
    [InlineData(MemoryRung.HugepagePool, "hugepage pool")]
    [InlineData(MemoryRung.OnDemandHugepages, "on-demand hugepages")]
    [InlineData(MemoryRung.Collapsed, "collapsed memfd")]
    [InlineData(MemoryRung.SmallPages, "4 KiB pages")]
    public void A_single_rung_is_forced(MemoryRung rung, string name)
    {
        if (rung is MemoryRung.HugepagePool or MemoryRung.OnDemandHugepages) Host.SkipUnlessRoot();
        using HostSetting? reserved = rung == MemoryRung.HugepagePool ? new HostSetting(Host.Reserved, 8) : null;
        using HostSetting? overcommit = rung == MemoryRung.OnDemandHugepages ? new HostSetting(Host.Overcommit, 8) : null;
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [rung] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(5 << 20) { Pin = PinDemand.Any });
        Assert.Equal(name, block.Obtained.Rung);
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
        Assert.Contains("dc", Host.VmFlags(block.Address));
        Assert.Contains("dd", Host.VmFlags(block.Address));
        Assert.Equal(-1, block.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_rung_that_is_left_out_is_not_used()
    {
        Host.SkipUnlessRoot();
        using var overcommit = new HostSetting(Host.Overcommit, 8);
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(1 << 20));
        Assert.Equal("collapsed memfd", block.Obtained.Rung);
        Assert.Equal(0, Host.HugetlbKilobytes());
    }

    [Fact]
    public void Rungs_are_tried_in_the_order_given()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages, MemoryRung.Collapsed] });
        using MemoryBlock small = pool.Allocate(new MemoryRequest(1 << 20));
        using MemoryBlock contiguous = pool.Allocate(new MemoryRequest(1 << 20) { Contiguous = true });
        Assert.Equal("4 KiB pages", small.Obtained.Rung);
        Assert.Equal("collapsed memfd", contiguous.Obtained.Rung);
    }

    [Fact]
    public void A_ladder_without_a_fitting_rung_is_a_failure_that_says_so()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.SmallPages] });
        Assert.False(pool.TryAllocate(new MemoryRequest(1 << 20) { Contiguous = true }, out _, out AllocationFailure? failure));
        Assert.Contains("SmallPages", failure.Limit, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [] }));
        Assert.Throws<ArgumentException>(() =>
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed, MemoryRung.Collapsed] }));
        Assert.Contains(
            "4096",
            Assert.Throws<ArgumentException>(() => NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = 4095 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_1_GiB_is_one_physical_range_and_where_there_is_none_the_remedy_reserves_one()
    {
        Host.SkipUnlessRoot();
        if (!File.Exists(Host.Giant)) Assert.Skip("This machine's processor or kernel has no pages of 1 GiB.");
        string before = File.ReadAllText(Host.Giant);
        File.WriteAllText(Host.Giant, "1");
        try
        {
            if (HugepageCounts.Read(GiantPageRung.Size).Available == 0)
            {
                // The kernel found no free GiB in one piece, as it may on a machine that has run for a while.
                using var none = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.GiantPages] });
                Assert.False(
                    none.TryAllocate(new MemoryRequest(100 << 20) { Contiguous = true }, out _, out AllocationFailure? failure));
                Assert.Contains("hugepages-1048576kB/nr_hugepages", failure.Remedy, StringComparison.Ordinal);
                return;
            }

            using var pool = NonpagedPool.Create();
            using (MemoryBlock small = pool.Allocate(new MemoryRequest(1 << 20)))
                Assert.NotEqual("1 GiB pages", small.Obtained.Rung);
            using MemoryBlock block = pool.Allocate(new MemoryRequest(100 << 20) { Contiguous = true, Pin = PinDemand.Any });
            Assert.Equal("1 GiB pages", block.Obtained.Rung);
            Assert.Single(block.Obtained.PhysicalRanges);
            Host.AssertFramesAreThoseOfTheKernel(pool, block);
        }
        finally
        {
            File.WriteAllText(Host.Giant, before);
        }
    }
}
