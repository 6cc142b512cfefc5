using Nonpaged.Tests.Extents;

namespace Nonpaged.Tests.Heap;

/// <summary>A class of few blocks has little memory, and keeps it while it comes and goes.</summary>
public sealed unsafe class DepotTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(200)]
    [InlineData(1514)]
    [InlineData(5000)]
    [InlineData(9000)]
    [InlineData(40_000)]
    public void Spans_are_at_most_as_long_as_all_before_them_so_that_no_class_has_much_more_than_it_uses(int length)
    {
        using var pool = NonpagedPool.Create();
        var blocks = new List<nint>();
        for (ulong used = 0; used < 2 << 20; used += (ulong)length)
        {
            blocks.Add((nint)pool.Alloc((nuint)length));
            // A class's blocks are longer than asked for, and of a chunk with one block of 40,000 a third is lost.
            Assert.InRange(pool.InUse(), used + (ulong)length, Chunk.Length + (used + (ulong)length) * 3);
        }

        foreach (nint block in blocks) pool.Free((void*)block);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void A_span_whose_blocks_are_all_free_stays_for_the_next_thread_and_goes_when_the_pool_is_trimmed()
    {
        using NonpagedPool pool = AfterThreads(Timeout.InfiniteTimeSpan);
        Assert.Equal(Chunk.Length, (nuint)pool.InUse());
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void A_span_whose_blocks_are_all_free_goes_after_the_time_for_idle_memory()
    {
        using NonpagedPool pool = AfterThreads(TimeSpan.FromMilliseconds(300));
        Host.AssertSoon(() => pool.HeldBytes == 0, "Memory that nobody uses is still held.");
    }

    private static NonpagedPool AfterThreads(TimeSpan idleRelease)
    {
        var pool = NonpagedPool.Create(new NonpagedPoolOptions { IdleRelease = idleRelease, IdleKept = 0 });
        for (int i = 0; i < 10; i++)
        {
            var thread = new Thread(() => pool.Free(pool.Alloc(5000)));
            thread.Start();
            thread.Join();
        }

        return pool;
    }
}
