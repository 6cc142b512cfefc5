namespace Nonpaged.Tests.Verifier;

public sealed unsafe class GuardTests
{
    private static readonly NonpagedPoolOptions s_guarded = new()
    {
        Verify = true,
        Guard = true,
        Ceiling = 8 << 20,
        Ladder =
            [MemoryRung.Collapsed, MemoryRung.SmallPages],
        IdleRelease = Timeout.InfiniteTimeSpan,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(1514)]
    [InlineData(65_520)]
    public void A_write_past_the_end_is_found_when_the_block_is_freed_and_names_it(int length)
    {
        using var pool = NonpagedPool.Create(s_guarded);
        MemoryBlock block = pool.Allocate(new MemoryRequest((nuint)length) { Owner = "the receive ring" });
        byte* start = (byte*)block.Address;
        start[length] = 1;
        MemoryCorruptionException found = Assert.Throws<MemoryCorruptionException>(block.Dispose);
        Assert.Equal((CorruptionKind.PastEnd, (nuint)start + (nuint)length), (found.Corruption.Kind, found.Corruption.Address));
        Assert.Contains("the receive ring", found.Message, StringComparison.Ordinal);
        Assert.True(block.IsFreed);
        pool.Trim();
        Assert.Equal(pool.HeldBytes, pool.FreeBytes);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(100, 99)]
    [InlineData(1514, 700)]
    public void A_write_after_the_free_is_found_before_the_memory_is_used_again(int length, int at)
    {
        using var pool = NonpagedPool.Create(s_guarded);
        var found = new List<MemoryCorruption>();
        pool.Corrupted += found.Add;
        byte* start = (byte*)pool.Alloc((nuint)length);
        pool.Free(start);
        start[at] = 1;
        for (int i = 0; i < 2000; i++) pool.Free(pool.Alloc((nuint)length));
        MemoryCorruption corruption = Assert.Single(found);
        Assert.Equal((CorruptionKind.AfterFree, (nuint)start + (nuint)at), (corruption.Kind, corruption.Address));
    }

    [Fact]
    public void Blocks_that_nobody_wrote_to_raise_nothing_and_a_second_free_is_told()
    {
        using var pool = NonpagedPool.Create(s_guarded);
        for (int round = 0; round < 3; round++)
        {
            for (int length = 1; length <= 65_536; length += 619)
            {
                byte* start = (byte*)pool.Alloc((nuint)length);
                new Span<byte>(start, length).Fill(0xa5);
                Assert.Equal((nuint)length, length <= 65_520 ? pool.GetUsableSize(start) : (nuint)length);
                pool.Free(start, (nuint)length);
                Assert.Equal(BadFree.NotAllocated, pool.Give(start));
            }
        }

        pool.Trim();
        Assert.Equal(pool.HeldBytes, pool.FreeBytes);
    }

    [Fact]
    public void Freed_blocks_that_are_kept_give_way_where_memory_is_scarce()
    {
        using var pool = NonpagedPool.Create(s_guarded with { Ceiling = 2 << 20 });
        for (int i = 0; i < 500; i++) pool.Free(pool.Alloc(2000));
        MemoryBlock all = pool.Allocate(new MemoryRequest((2 << 20) - 4096) { WholePages = true });
        all.Dispose();
    }
}
