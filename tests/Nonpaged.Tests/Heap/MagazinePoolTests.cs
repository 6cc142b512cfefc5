using System.Runtime.CompilerServices;

namespace Nonpaged.Tests.Heap;

/// <summary>When memory of threads, depots and spans comes back, and which pools have magazines.</summary>
[Collection("host memory")]
public sealed unsafe class MagazinePoolTests
{
    private const int ManyBlocks = 1000;

    [Theory]
    [InlineData(MemoryRung.SmallPages)]
    [InlineData(MemoryRung.Collapsed)]
    public void A_pool_on_any_rung_has_chunks_of_64_KiB_for_small_blocks(MemoryRung rung)
    {
        using NonpagedPool pool = HeapPools.Make(rung: rung);
        pool.Free(pool.Alloc(100));
        // Of the chunk, all but the block that is in no magazine.
        Assert.Equal(64UL << 10, pool.InUse());
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Where_there_is_no_room_for_the_states_of_more_blocks_they_come_from_single_pages_and_nothing_is_lost()
    {
        using NonpagedPool pool = HeapPools.Make();
        pool.Free(pool.Alloc(64));
        UsedStates(PoolParts.HeapOf(pool)!.Table) = ChunkTable.MostStates - 1024;
        nint[] blocks = pool.Take(10_000, 64);
        Assert.Equal(blocks.Length, blocks.Distinct().Count());
        Assert.InRange(pool.InUse(), 640_000UL, 1_000_000UL);
        pool.Give(blocks);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void A_thread_that_only_frees_passes_what_it_gets_on_and_keeps_at_most_two_magazines()
    {
        using NonpagedPool pool = HeapPools.Make();
        nint[] blocks = pool.Take(20_000, 1000);
        HeapPools.OnThread(() => pool.Give(blocks));
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Many_short_threads_that_end_with_full_magazines_leave_nothing_after_a_trim()
    {
        using NonpagedPool pool = HeapPools.Make();
        for (int round = 0; round < 5; round++)
        {
            Thread[] threads =
                [.. Enumerable.Range(0, 40).Select(_ => new Thread(() => pool.Give(pool.Take(ManyBlocks / 2, 300))))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            pool.Trim();
            Assert.Equal(0UL, pool.InUse());
        }
    }

    [Fact]
    public void What_ended_threads_had_comes_back_by_the_collector_and_the_idle_time_alone()
    {
        using NonpagedPool pool = HeapPools.Make(idleRelease: TimeSpan.FromMilliseconds(100));
        HeapPools.OnThread(() => pool.Give(pool.Take(ManyBlocks, 300)));
        HeapPools.OnThread(() => pool.Give(pool.Take(100, 5000)));
        Extents.Host.AssertSoon(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return pool.HeldBytes == 0;
            },
            "Magazines of threads that ended are still held.");
    }

    [Fact]
    public void A_full_magazine_of_a_thread_that_ended_goes_back_after_the_idle_time()
    {
        using NonpagedPool pool = HeapPools.Make(idleRelease: TimeSpan.FromMilliseconds(100));
        // One full magazine and no more, so that nothing came to the depot before the thread ended.
        HeapThread? ended = null;
        HeapPools.OnThread(() =>
        {
            pool.Give(pool.Take(128, 300));
            ended = HeapThread.Current;
        });
        ended!.End();
        Extents.Host.AssertSoon(() => pool.HeldBytes == 0, "The depot's blocks are still held.");
    }

    [Fact]
    public void What_ended_threads_had_is_collected_when_the_pool_needs_memory()
    {
        using NonpagedPool pool = HeapPools.Make(ceiling: 4 << 20);
        HeapPools.OnThread(() => pool.Give(pool.Take(3000, 1000)));
        nint[] others = pool.Take(3000, 1100);
        pool.Give(others);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void At_the_ceiling_what_depots_and_magazines_of_other_classes_hold_is_collected_for_a_small_block()
    {
        using NonpagedPool pool = HeapPools.Make(ceiling: 4 << 20);
        for (int length = 500; length < 9000; length += 500)
        {
            // Whatever the classes before have kept, this one gets nearly all.
            nint[] blocks = pool.Take(3_000_000 / length, (nuint)length);
            pool.Give(blocks);
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void At_the_ceiling_what_depots_and_magazines_hold_is_collected_for_whole_pages()
    {
        using NonpagedPool pool = HeapPools.Make(ceiling: 4 << 20);
        for (nuint length = 1000; length < 9000; length += 1000) pool.Give(pool.Take(300, length));
        using MemoryBlock run = pool.Allocate(new MemoryRequest(4 << 20));
        Assert.Equal(4u << 20, (uint)run.Length);
        Assert.Throws<AllocationException>(() => pool.Alloc(100));
    }

    [Fact]
    public void Bulk_allocation_at_the_ceiling_gives_all_or_nothing()
    {
        using NonpagedPool pool = HeapPools.Make(ceiling: 4 << 20);
        nint[] some = new nint[1000];
        pool.Alloc(some, 1514);
        Assert.Equal(some.Length, some.Distinct().Count());
        // What the caller's array held before is nobody's business.
        nint[] more = [.. Enumerable.Range(0, 10_000).Select(index => some[index % some.Length])];
        Assert.Throws<AllocationException>(() => pool.Alloc(more, 1514));
        Assert.All(more, block => Assert.Equal(0, block));
        pool.Alloc(more.AsSpan(..500), 1514);
        Assert.Empty(more[..500].Intersect(some));
        pool.Free(more.AsSpan(..500));
        pool.Free(some);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Depots_that_are_idle_give_extents_back_by_the_pools_policy()
    {
        using NonpagedPool pool = HeapPools.Make(idleRelease: TimeSpan.FromMilliseconds(200), rung: MemoryRung.Collapsed);
        nint[] blocks = pool.Take(20_000, 700);
        ulong held = pool.HeldBytes;
        pool.Give(blocks);
        // What this thread's two magazines hold stays, and so does the extent of that.
        Extents.Host.AssertSoon(() => pool.InUse() < 1 << 20 && pool.HeldBytes <= held / 2, "Idle blocks are still held.");
        pool.Trim();
        Extents.Host.AssertSoon(() => pool.HeldBytes == 0, "Idle extents are still held.");
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1514)]
    [InlineData(9000)]
    public void After_a_random_nine_tenths_are_freed_every_span_without_a_block_in_use_is_back(int length)
    {
        using NonpagedPool pool = HeapPools.Make(ceiling: 256 << 20);
        var random = new Random(length);
        nint[] blocks = pool.Take(int.Min(100_000, 60_000_000 / length), (nuint)length);
        Dictionary<nint, ulong> spans = SpansOf(pool, blocks);
        random.Shuffle(blocks);
        int left = blocks.Length / 10;
        pool.Give(blocks[left..]);
        pool.Trim();
        ulong expected = 0;
        foreach (nint span in blocks[..left].Select(block => Span(pool, block)).Distinct()) expected += spans[span];
        Assert.Equal(expected, pool.InUse());
        pool.Give(blocks[..left]);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void After_a_run_of_neighbours_is_freed_their_spans_are_back_while_the_others_stay()
    {
        using NonpagedPool pool = HeapPools.Make();
        nint[] blocks = pool.Take(40_000, 500);
        Dictionary<nint, ulong> spans = SpansOf(pool, blocks);
        nint[][] bySpan = [.. blocks.GroupBy(block => Span(pool, block)).Select(group => group.ToArray())];
        Assert.True(bySpan.Length > 20);
        pool.Trim();
        ulong before = pool.FreeBytes;
        ulong freed = 0;
        foreach (nint[] span in bySpan.Where((_, index) => index % 2 == 0))
        {
            freed += spans[Span(pool, span[0])];
            pool.Give(span);
        }

        pool.Trim();
        Assert.Equal(before + freed, pool.FreeBytes);
        pool.Give(bySpan.Where((_, index) => index % 2 == 1).SelectMany(span => span));
    }

    [Fact]
    public void Threads_of_the_thread_pool_that_come_and_go_share_blocks()
    {
        using NonpagedPool pool = HeapPools.Make();
        var passed = new System.Collections.Concurrent.ConcurrentQueue<nint>();
        Task[] tasks = [.. Enumerable.Range(0, 2000)
            .Select(index => Task.Run(() => Take(index)).ContinueWith(_ => Give(), TaskScheduler.Default))];
        Task.WaitAll(tasks);
        void Take(int index)
        {
            for (int i = 0; i < 20; i++)
            {
                nint block = (nint)pool.Alloc((nuint)(100 + index % 7 * 300));
                *(nint*)block = block;
                passed.Enqueue(block);
            }
        }

        void Give()
        {
            for (int i = 0; i < 20 && passed.TryDequeue(out nint block); i++)
            {
                Assert.Equal(block, *(nint*)block);
                pool.Free((void*)block);
            }
        }

        while (passed.TryDequeue(out nint block)) pool.Free((void*)block);
        // Threads of the thread pool that still run keep up to two magazines of each of the seven classes.
        pool.Trim();
        Assert.InRange(pool.InUse(), 0UL, (ulong)(Environment.ProcessorCount + 8) * 7 * 2 * 128 * 2048);
    }

    [Fact]
    public void A_pool_that_takes_the_place_of_one_that_is_gone_has_nothing_of_it_on_threads_that_cached()
    {
        using var step = new Barrier(2);
        NonpagedPool pool = HeapPools.Make();
        Exception? error = null;
        var other = new Thread(() =>
        {
            try
            {
                for (int round = 0; round < 50; round++)
                {
                    step.SignalAndWait();
                    nint[] blocks = pool.Take(300, 200);
                    foreach (nint block in blocks) *(nint*)block = block;
                    pool.Give(blocks);
                    step.SignalAndWait();
                    step.SignalAndWait();
                }
            }
            catch (Exception exception)
            {
                error = exception;
                step.RemoveParticipant();
            }
        });
        other.Start();
        for (int round = 0; round < 50 && error is null; round++)
        {
            step.SignalAndWait();
            nint[] blocks = pool.Take(300, 200);
            foreach (nint block in blocks) *(nint*)block = ~block;
            step.SignalAndWait();
            foreach (nint block in blocks) Assert.Equal(~block, *(nint*)block);
            pool.Dispose();
            Assert.Throws<ObjectDisposedException>(() => pool.Alloc(200));
            pool = HeapPools.Make();
            step.SignalAndWait();
        }

        other.Join();
        pool.Dispose();
        Assert.Null(error);
    }

    [Fact]
    public void A_pool_that_is_gone_takes_no_free_and_says_so()
    {
        NonpagedPool pool = HeapPools.Make();
        void* block = pool.Alloc(200);
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Free(block));
        Assert.Throws<ObjectDisposedException>(() => pool.Free(block, 200));
        Assert.Throws<ObjectDisposedException>(() => pool.Give(block));
        Assert.Throws<ObjectDisposedException>(() => pool.Free((ReadOnlySpan<nint>)[(nint)block]));
        Assert.False(pool.TryFreeSmall(block));
        Assert.Throws<ObjectDisposedException>(() => pool.GetUsableSize(block));
        Assert.False(pool.TryTranslate(block, out _));
        Assert.False(pool.Contains(block));
        Assert.Null(pool.Find(block));
    }

    [Fact]
    public void More_than_256_pools_at_once_are_independent_and_the_last_ones_work_under_locks()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: RLIMIT_MEMLOCK is 8 MiB for others");
        NonpagedPool[] pools = [.. Enumerable.Range(0, PoolSlots.Count + 20).Select(_ => HeapPools.Make(ceiling: 4 << 20))];
        try
        {
            nint[] blocks = [.. pools.Select(pool => (nint)pool.Alloc(100))];
            Assert.Equal(blocks.Length, blocks.Distinct().Count());
            for (int i = 0; i < pools.Length; i++) *(nint*)blocks[i] = i;
            for (int i = 0; i < pools.Length; i++)
            {
                Assert.Equal(i, *(nint*)blocks[i]);
                Assert.Equal(BadFree.Foreign, pools[i].Give((void*)blocks[(i + 1) % pools.Length]));
                Assert.Equal(BadFree.None, pools[i].Give((void*)blocks[i]));
                Assert.Equal(BadFree.NotAllocated, pools[i].Give((void*)blocks[i]));
                pools[i].Trim();
                Assert.Equal(0UL, pools[i].InUse());
            }
        }
        finally
        {
            foreach (NonpagedPool pool in pools) pool.Dispose();
        }

        using NonpagedPool next = HeapPools.Make();
        next.Free(next.Alloc(100));
        Assert.Equal(64UL << 10, next.InUse());
    }

    private static nint Span(NonpagedPool pool, nint block) => (nint)PoolParts.SpanOf(pool, block).Start;

    private static Dictionary<nint, ulong> SpansOf(NonpagedPool pool, nint[] blocks) =>
        blocks.Select(block => PoolParts.SpanOf(pool, block))
            .Distinct()
            .ToDictionary(span => (nint)span.Start, span => (ulong)span.Pages << 12);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_usedStates")]
    private static extern ref uint UsedStates(ChunkTable table);
}
