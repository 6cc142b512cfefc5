namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed unsafe class ReserveTests
{
    [Fact]
    public void Under_a_reservation_no_allocation_makes_a_system_call()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], IdleRelease = TimeSpan.Zero });
        pool.Reserve(32 << 20);
        ulong held = pool.HeldBytes;
        using var counter = new CallCounter();
        for (int round = 0; round < 3; round++)
        {
            var blocks = new List<MemoryBlock>();
            var small = new List<nint>();
            for (int i = 0; i < 12; i++)
            {
                blocks.Add(pool.Allocate(new MemoryRequest(2 << 20) { Pin = PinDemand.Any, Contiguous = true }));
                for (int length = 16; length <= 4096; length *= 2) small.Add((nint)pool.Alloc((nuint)length));
            }

            foreach (nint block in small) pool.Free((void*)block);
            foreach (MemoryBlock block in blocks) block.Dispose();
        }

        Assert.Empty(counter.Counts);
        Assert.Equal(held, pool.HeldBytes);
        Assert.Equal(32UL << 20, held);
    }

    [Fact]
    public void Without_one_the_same_count_finds_the_calls()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], IdleRelease = TimeSpan.Zero });
        using var counter = new CallCounter();
        pool.Allocate(new MemoryRequest(2 << 20)).Dispose();
        Assert.True(counter.Counts["mmap"] > 0);
        Assert.True(counter.Counts["io_uring_register"] > 0);
        Assert.True(counter.Counts["munmap"] > 0);
    }

    [Fact]
    public void What_is_free_already_is_counted_and_stays()
    {
        using var pool = NonpagedPool.Create(
            new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], FirstExtent = 16 << 20, IdleRelease = TimeSpan.Zero });
        MemoryBlock block = pool.Allocate(new MemoryRequest(4 << 20));
        pool.Reserve(12 << 20);
        Assert.Equal(16UL << 20, pool.HeldBytes);
        pool.Reserve(20 << 20);
        Assert.Equal(24UL << 20, pool.HeldBytes);
        block.Dispose();
        Assert.Equal(24UL << 20, pool.HeldBytes);
    }

    [Fact]
    public void A_reservation_that_cannot_be_met_says_why()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], Ceiling = 8 << 20 });
        Assert.Contains(
            "ceiling", Assert.Throws<AllocationException>(() => pool.Reserve(16 << 20)).Failure.Limit, StringComparison.Ordinal);
        Assert.False(pool.TryReserve(1 << 20, out AllocationFailure? low, new PhysicalAddress(0xffffff)));
        Assert.Contains("IOMMU", low.Remedy, StringComparison.Ordinal);
        Assert.Contains("0 bytes", Assert.Throws<ArgumentException>(() => pool.Reserve(0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => pool.Reserve(new MemoryRequest(4096) { Shared = Sharing.ReadOnly }));
        Assert.Equal(0UL, pool.HeldBytes);
    }
}
