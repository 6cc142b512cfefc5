namespace Nonpaged.Tests.Heap;

/// <summary>
/// What depots, spans, the end of threads, trimming and the end of a pool do to each other, by every schedule
/// with at most so many preemptions.
/// </summary>
[Collection("host memory")]
public sealed unsafe class InterleavingTests(ITestOutputHelper output)
{
    // Two magazines of this class, which hold 64 blocks each, and one more.
    private const int Burst = 2 * 64 + 1;

    [Fact]
    public void Threads_that_come_to_an_empty_depot_at_once_get_blocks_of_their_own_and_leave_no_span_behind() => Explore(3, () =>
    {
        var story = new Story();
        void Thread()
        {
            nint[] blocks = story.Take(2);
            story.Give(blocks[0]);
        }

        return story.With(Thread).With(Thread);
    });

    [Fact]
    public void Whole_magazines_go_through_the_depot_while_another_thread_trims() => Explore(2, () =>
    {
        var story = new Story();
        nint[] blocks = story.Take(Burst);
        return story.With(() => story.Give(blocks))
            .With(() => story.Take(3))
            .With(() => story.Pool.Trim());
    });

    [Fact]
    public void Blocks_that_one_thread_took_are_freed_on_others_while_they_unload() => Explore(2, () =>
    {
        var story = new Story();
        nint[] blocks = story.Take(2 * Burst);
        return story.With(() => story.Give(blocks.AsSpan(..Burst))).With(() => story.Give(blocks.AsSpan(Burst..)));
    });

    [Fact]
    public void A_thread_ends_with_blocks_while_others_come_trim_and_the_collector_tells_of_its_end() => Explore(1, () =>
    {
        var story = new Story();
        HeapThread? ended = null;
        return story
            .With(() =>
            {
                story.Give(story.Take(3));
                ended = HeapThread.Current;
            })
            .With(() => story.Take())
            .With(() => story.Pool.Trim())
            .With(() =>
            {
                Schedule.Until(() => ended is { HasEnded: true });
                ended!.End();
            });
    });

    [Fact]
    public void Full_magazines_of_a_thread_that_ends_are_others_or_back_in_their_spans() => Explore(2, () =>
    {
        var story = new Story();
        nint[] blocks = story.Take(Burst);
        return story.With(() => story.Give(blocks)).With(() => story.Take(2)).With(() => story.Pool.OnIdleTimer());
    });

    [Fact]
    public void The_idle_timer_may_come_at_any_moment_of_the_end_of_a_pool() => Explore(2, () =>
    {
        var story = new Story { PoolGoes = true };
        story.Give(story.Take(2 * Burst));
        HeapThread? ended = null;
        var thread = new Thread(() =>
        {
            story.Give(story.Take(3));
            ended = HeapThread.Current;
        });
        thread.Start();
        thread.Join();
        return story.With(story.Pool.Dispose).With(story.Pool.OnIdleTimer).With(ended!.End);
    });

    [Fact]
    public void A_pool_that_takes_the_place_of_another_has_nothing_of_it_on_any_thread() => Explore(1, () =>
    {
        var story = new Story();
        NonpagedPool old = Story.MakePool();
        NonpagedPool? next = null;
        bool isUnused = false;
        bool isDone = false;
        void UseNext()
        {
            void* block = next!.Alloc(4000);
            Assert.Equal(BadFree.None, next.Give(block));
        }

        return story
            .With(() =>
            {
                old.Free(old.Alloc(4000));
                isUnused = true;
                story.Give(story.Take(2));
                Schedule.Until(() => next is not null);
                UseNext();
                isDone = true;
            })
            .With(() =>
            {
                Schedule.Until(() => isUnused);
                old.Dispose();
                next = Story.MakePool();
                UseNext();
                Schedule.Until(() => isDone);
                next.Trim();
                ulong inUse = next.HeldBytes - next.FreeBytes;
                next.Dispose();
                // What the other thread's magazine has.
                Assert.InRange(inUse, 0UL, 256UL << 10);
            })
            .With(() => story.Take());
    });

    [Fact]
    public void A_pool_ends_at_any_moment_of_calls_that_go_to_the_depot_and_the_spans() => Explore(2, () =>
    {
        var story = new Story { PoolGoes = true };
        nint[] blocks = story.Take(Burst);
        return story
            .UntilPoolGoes(() => story.Give(blocks))
            .UntilPoolGoes(() => story.Give(story.Take(2)))
            .With(story.Pool.Dispose);
    });

    [Fact]
    public void A_pool_ends_at_any_moment_of_a_thread_that_ends_and_of_what_is_done_with_its_magazines() => Explore(2, () =>
    {
        var story = new Story { PoolGoes = true };
        HeapThread? ended = null;
        return story
            .With(() =>
            {
                try
                {
                    story.Give(story.Take(3));
                }
                catch (ObjectDisposedException) when (story.Pool.IsDisposed)
                {
                    // It ends all the same.
                }

                ended = HeapThread.Current;
            })
            .With(() =>
            {
                Schedule.Until(() => ended is { HasEnded: true });
                ended!.End();
            })
            .With(story.Pool.Dispose);
    });

    [Fact]
    public void A_pool_ends_at_any_moment_of_a_trim_and_the_idle_timer() => Explore(2, () =>
    {
        var story = new Story { PoolGoes = true };
        story.Give(story.Take(Burst));
        return story
            .UntilPoolGoes(() =>
            {
                story.Take();
                story.Pool.Trim();
            })
            .With(story.Pool.OnIdleTimer)
            .With(story.Pool.Dispose);
    });

    [Fact]
    public void A_slot_is_taken_over_when_each_thread_has_passed_and_not_in_the_middle_of_a_hit() => Explore(3, () =>
    {
        var story = new Story { PoolGoes = true };
        NonpagedPool? next = null;
        bool isUsed = false;
        int inHit = 0;
        MagazineHeap? heap = null;
        return story
            .UntilPoolGoes(() =>
            {
                story.Give(story.Take(2));
                heap = PoolParts.HeapOf(story.Pool);
                isUsed = true;
                inHit++;
                Hit(story, heap!);
                inHit--;
                // A slow call, in which the thread passes.
                Schedule.Until(() => next is not null);
                story.GiveTo(next!, story.TakeOf(next!));
            })
            .With(() =>
            {
                Schedule.Until(() => isUsed);
                story.Pool.Dispose();
                NonpagedPool made = story.MakeNext();
                story.GiveTo(made, story.TakeOf(made));
                MagazineHeap follower = PoolParts.HeapOf(made)!;
                if (inHit > 0 && (Story.IsGone(heap!) || follower.Slot == heap!.Slot || follower.Table == heap.Table))
                    throw new InvalidOperationException("The slot is another pool's while a thread is in a hit.");
                next = made;
            });
    });

    /// <summary>
    /// What <see cref="NonpagedPool.Alloc(nuint)"/> does where the magazine has a block, with a switch between what it reads
    /// and what it writes.
    /// </summary>
    private static void Hit(Story story, MagazineHeap heap)
    {
        nint cache = ThreadCache.At(ThreadCache.Empty, heap.Slot) + ThreadTable.Current;
        Magazine* magazine = ThreadCache.MagazineOf(cache, SizeClass.Of(4000));
        nuint* top = magazine->Top;
        Assert.True(top != magazine->Floor);
        HeapHook.Step();
        if (magazine->Top != top) throw new InvalidOperationException("The magazine changed in the middle of a hit.");
        story.Own(story.Pool, (nint)Magazine.Pop(magazine, top));
    }

    private void Explore(int preemptions, Func<Story> begin)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        (int schedules, int points) = Explorer.Explore(begin, preemptions);
        output.WriteLine($"{schedules} schedules of up to {points} points with at most {preemptions} preemptions, "
            + $"{watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(schedules > 10, $"{schedules} schedules");
    }
}
