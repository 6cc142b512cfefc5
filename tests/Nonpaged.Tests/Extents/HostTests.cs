using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

/// <summary>Memory of this host, held against what the kernel says of it.</summary>
[Collection("host memory")]
public sealed unsafe class HostTests
{
    [Fact]
    public void Two_MiB_are_contiguous_and_pinned_with_no_set_up()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(2 << 20) { Contiguous = true, Pin = PinDemand.Any });
        Assert.True(block.Obtained.Contiguous);
        Assert.True(block.Obtained.Pinned);
        Assert.Single(block.Obtained.PhysicalRanges);
        Assert.Equal(2 << 20, (int)PageMapFile.CountHugeMapped(block.Address, 2 << 20).Value);
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
    }

    [Fact]
    public void Hugepages_go_back_to_the_kernel()
    {
        Host.SkipUnlessRoot();
        using var setting = new HostSetting(Host.Overcommit, 64);
        using (var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.OnDemandHugepages] }))
        {
            using MemoryBlock block = pool.Allocate(new MemoryRequest(8 << 20));
            Assert.Equal(8192, Host.HugetlbKilobytes());
        }

        Assert.Equal(0, Host.HugetlbKilobytes());
        Host.AssertSoon(
            () => HugepageCounts.Read().Surplus == 0 || HugepageCounts.Read().OnDemand >= 60,
            "The kernel has not got its pages back.");
    }

    [Fact]
    public void Compaction_moves_no_page_of_the_pool()
    {
        Host.SkipUnlessRoot();
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(16 << 20) { Pin = PinDemand.Any });
        new Span<byte>(block.Address, 16 << 20).Fill(0x5a);
        for (int i = 0; i < 3; i++) File.WriteAllText("/proc/sys/vm/compact_memory", "1");
        Host.AssertFramesAreThoseOfTheKernel(pool, block);
        Assert.Equal(-1, new Span<byte>(block.Address, 16 << 20).IndexOfAnyExcept((byte)0x5a));
    }

    [Fact]
    public void Nothing_is_left_when_a_pool_is_gone()
    {
        for (int round = 0; round < 3; round++)
        {
            (int maps, int descriptors) = (Host.CountMaps(), Host.CountDescriptors());
            using (var pool = NonpagedPool.Create())
            {
                pool.Allocate(new MemoryRequest(6 << 20));
                Assert.False(pool.TryAllocate(new MemoryRequest(unchecked((nuint)(1UL << 45))), out _, out _));
                Assert.False(pool.TryAllocate(
                    new MemoryRequest(4096) { HighestAcceptableAddress = new PhysicalAddress(0xfffff) }, out _, out _));
                Assert.True(Host.CountMaps() > maps);
            }

            Assert.Equal((maps, descriptors), (Host.CountMaps(), Host.CountDescriptors()));
        }
    }

    [Fact]
    public void What_cannot_be_given_is_a_failure_with_reason_limit_and_remedy()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = 64 << 20 });
        (MemoryRequest Request, string Word)[] refused =
        [
            (new(100) { Caching = Caching.Uncached }, "memmap="),
            (new(4096) { HighestAcceptableAddress = new PhysicalAddress(0xfff) }, "IOMMU"),
            (new(128 << 20), "ceiling"),
        ];
        foreach ((MemoryRequest request, string word) in refused)
        {
            Assert.False(pool.TryAllocate(request, out MemoryBlock? block, out AllocationFailure? failure), request.ToString());
            Assert.Null(block);
            Assert.Contains(word, failure.ToString(), StringComparison.Ordinal);
            Assert.All([failure.Reason, failure.Limit, failure.Remedy], Assert.NotEmpty);
            Assert.Equal(failure, Assert.Throws<AllocationException>(() => pool.Allocate(request)).Failure);
        }

        Assert.InRange(pool.HeldBytes, 0UL, 4UL << 20);
    }

    // A machine that has just started has huge pages that lie next to each other; one that has run for a while has not.
    [Fact]
    public void What_is_longer_than_a_huge_page_is_contiguous_or_a_failure_that_names_the_IOMMU()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers");
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = 64 << 20 });
        if (pool.TryAllocate(
            new MemoryRequest(48 << 20) { Contiguous = true }, out MemoryBlock? block, out AllocationFailure? failure))
        {
            Assert.Single(block.Obtained.PhysicalRanges);
            Host.AssertFramesAreThoseOfTheKernel(pool, block);
            return;
        }

        Assert.Equal(FailureKind.Fragmented, failure.Kind);
        Assert.Contains("IOMMU", failure.Remedy, StringComparison.Ordinal);
        Assert.InRange(pool.HeldBytes, 0UL, 4UL << 20);
    }

    [Fact]
    public void A_request_that_makes_no_sense_is_a_wrong_argument()
    {
        using var pool = NonpagedPool.Create();
        (MemoryRequest Request, string Word)[] wrong =
        [
            (new(0), "0 bytes"),
            (new(nuint.MaxValue), "address space"),
            (new(100) { Alignment = 3 }, "power of two"),
            (new(100) { Caching = (Caching)17 }, "caching 17"),
            (new(100) { Shared = (Sharing)17 }, "sharing 17"),
            (new(100) { Pin = (PinDemand)17 }, "demand 17"),
            (new(100) { Node = -1 }, "NUMA node -1"),
            (new(100) { Contiguous = true, Pin = PinDemand.None }, "not pinned"),
            (new(100) { HighestAcceptableAddress = new PhysicalAddress(uint.MaxValue), Pin = PinDemand.None }, "not pinned"),
        ];
        foreach ((MemoryRequest request, string word) in wrong)
        {
            Assert.Contains(
                word, Assert.Throws<ArgumentException>(() => pool.Allocate(request)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => pool.TryAllocate(request, out _, out _));
            Assert.Throws<ArgumentException>(() => pool.Reserve(request));
        }

        Assert.Equal(0UL, pool.HeldBytes);
    }

    [Fact]
    public void Single_pages_can_be_protected()
    {
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(16384) { Protectable = true });
        block.Protect(4096, 4096, MemoryProtection.ReadOnly);
        ((byte*)block.Address)[8192] = 1;
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Protect(100, 4096, MemoryProtection.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.Protect(16384, 4096, MemoryProtection.None));
        using MemoryBlock plain = pool.Allocate(new MemoryRequest(16384));
        Assert.Equal(
            FailureKind.NotProtectable,
            Assert.Throws<AllocationException>(() => plain.Protect(0, 4096, MemoryProtection.None)).Failure.Kind);
    }
}
