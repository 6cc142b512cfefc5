namespace Nonpaged.Tests.Heap;

/// <summary>What depots, spans, the end of threads, trimming and the end of a pool do to each other, by every schedule with at most so many preemptions.</summary>
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
            void* block = next!.Allocate(4000);
            Assert.Equal(BadFree.None, next.TryFree(block));
        }

        return story
            .With(() =>
            {
                old.Free(old.Allocate(4000));
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

    private void Explore(int preemptions, Func<Story> begin)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        (int schedules, int points) = Explorer.Explore(begin, preemptions);
        output.WriteLine($"{schedules} schedules of up to {points} points with at most {preemptions} preemptions, {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(schedules > 10, $"{schedules} schedules");
    }
}
