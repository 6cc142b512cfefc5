using CsCheck;

namespace Nonpaged.Xdp.Tests.Frames;

/// <summary>Frames are taken and given back, by those who have them.</summary>
public sealed class FramePoolTests
{
    [Fact]
    public void Takes_and_gives_are_those_of_a_model() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 40], Gen.Int[0, 1_000_000]).List[1, 60].Sample(steps =>
        {
            const int frames = 32;
            using var memory = NonpagedPool.Create();
            using var pool = new XdpFramePool(new XdpFramePoolOptions { Count = frames, Memory = memory });
            var held = new List<int>();
            foreach ((int kind, int count, int pick) in steps)
            {
                int[] free = [.. Enumerable.Range(0, frames).Except(held)];
                switch (kind)
                {
                    case 0 or 1:
                        int[] taken = new int[count];
                        int number = kind == 0 ? pool.Take(taken.AsSpan()) : TakeFrames(pool, taken);
                        Assert.Equal(Math.Min(count, free.Length), number);
                        Assert.Equal(number, taken.Take(number).Intersect(free).Count());
                        held.AddRange(taken.Take(number));
                        break;
                    case 2:
                        int[] back = [.. held.Take(count)];
                        if (pick % 2 == 0) pool.Give(back);
                        else pool.Give([.. back.Select(index => pool.Frame(index).Advance(pick % 1000))]);
                        held.RemoveRange(0, back.Length);
                        break;
                    case 3 when free.Length > 0:
                        // A bad one among good ones: all or none.
                        List<int> bad = [.. held.Take(count)];
                        bad.Insert(pick % (bad.Count + 1), free[pick % free.Length]);
                        Assert.Throws<InvalidOperationException>(() => pool.Give([.. bad]));
                        Assert.Throws<InvalidOperationException>(() => pool.Give([.. bad.Select(pool.Frame)]));
                        break;
                    case 4 when held.Count > 0:
                        int[] twice = [.. held, held[pick % held.Count]];
                        Assert.Throws<InvalidOperationException>(() => pool.Give(twice));
                        Assert.Throws<InvalidOperationException>(() => pool.Give([.. held, frames + pick]));
                        break;
                }

                Assert.Equal(frames - held.Count, pool.FreeCount);
            }

            pool.Give([.. held]);
            Assert.Equal(frames, pool.FreeCount);
        });

    [Fact]
    public void Frames_do_not_overlap_and_have_the_room_that_is_told()
    {
        foreach (XdpFramePoolOptions options in new XdpFramePoolOptions[]
        {
            new() { Count = 64 }, new() { Count = 64, FrameSize = 4096, Headroom = 128 },
            new() { Count = 64, FrameSize = 3008, Unaligned = true }, new() { Count = 64, TransmitMetadata = true },
        })
        {
            using var memory = NonpagedPool.Create();
            using var pool = new XdpFramePool(options with { Memory = memory });
            var frames = new XdpFrame[100];
            Assert.Equal(64, pool.Take(frames));
            foreach ((XdpFrame frame, int i) in frames.Take(64).Select((frame, i) => (frame, i)))
            {
                int start = options.TransmitMetadata ? 24 : options.Headroom;
                Assert.Equal(options.FrameSize - start, frame.Length);
                Assert.Equal((long)pool.IndexOf(frame) * options.FrameSize + start, frame.Address);
                pool.Data(frame).Fill((byte)i);
            }

            for (int i = 0; i < 64; i++) Assert.Equal(-1, pool.Data(frames[i]).IndexOfAnyExcept((byte)i));
        }
    }

    [Fact]
    public void A_frame_outside_of_the_pool_has_no_data()
    {
        using var memory = NonpagedPool.Create();
        using var pool = new XdpFramePool(new XdpFramePoolOptions { Count = 4, Memory = memory });
        XdpFrame last = pool.Frame(3);
        Assert.Equal(2048, pool.Data(last).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Data(last.WithLength(2049)).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Frame(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Frame(0).Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Frame(0).Advance(2049));
        // A length would not be a number any more.
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Frame(1).WithLength(int.MaxValue).Advance(-1));
        Assert.Throws<InvalidOperationException>(() => pool.RequestTimestamp(last));
    }

    [Fact]
    public void Threads_never_have_the_same_frame()
    {
        using var memory = NonpagedPool.Create();
        using var pool = new XdpFramePool(new XdpFramePoolOptions { Count = 256, Memory = memory });
        int[] owners = new int[256];
        int clashes = 0;
        Thread[] threads = [.. Enumerable.Range(1, 3).Select(number => new Thread(() =>
        {
            Span<int> frames = stackalloc int[64];
            for (int round = 0; round < 20_000; round++)
            {
                int count = pool.Take(frames[..(1 + (round * number % 64))]);
                foreach (int frame in frames[..count])
                {
                    if (Interlocked.Exchange(ref owners[frame], number) != 0) Interlocked.Increment(ref clashes);
                }

                foreach (int frame in frames[..count]) Volatile.Write(ref owners[frame], 0);
                pool.Give(frames[..count]);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(0, clashes);
        Assert.Equal(256, pool.FreeCount);
    }

    [Fact]
    public void Nor_have_they_when_a_second_one_comes_while_the_first_is_at_work()
    {
        using var memory = NonpagedPool.Create();
        for (int round = 0; round < 300; round++)
        {
            using var pool = new XdpFramePool(new XdpFramePoolOptions { Count = 16, Memory = memory });
            int clashes = 0;
            int[] owners = new int[16];
            void Work(int number, int turns)
            {
                Span<int> frames = stackalloc int[8];
                for (int turn = 0; turn < turns; turn++)
                {
                    int count = pool.Take(frames);
                    foreach (int frame in frames[..count])
                    {
                        if (Interlocked.Exchange(ref owners[frame], number) != 0) Interlocked.Increment(ref clashes);
                    }

                    foreach (int frame in frames[..count]) Volatile.Write(ref owners[frame], 0);
                    pool.Give(frames[..count]);
                }
            }

            var first = new Thread(() => Work(1, 4000));
            first.Start();
            Thread.SpinWait(round * 20);
            var second = new Thread(() => Work(2, 2000));
            second.Start();
            first.Join();
            second.Join();
            Assert.Equal(0, clashes);
            Assert.Equal(16, pool.FreeCount);
        }
    }

    [Fact]
    public void Without_checks_the_pool_still_refuses_more_frames_than_it_has()
    {
        using var memory = NonpagedPool.Create();
        using var pool = new XdpFramePool(new XdpFramePoolOptions { Count = 8, Checked = false, Memory = memory });
        int[] frames = new int[8];
        Assert.Equal(8, pool.Take(frames.AsSpan()));
        pool.Give(frames);
        Assert.Throws<InvalidOperationException>(() => pool.Give(frames[0]));
    }

    [Fact]
    public void Options_that_the_kernel_would_not_take_are_refused_at_once()
    {
        foreach (XdpFramePoolOptions wrong in new XdpFramePoolOptions[]
        {
            new() { FrameSize = 3072 }, new() { FrameSize = 1024 }, new() { FrameSize = 8192 }, new() { Count = 0 },
            new() { Count = int.MaxValue }, new() { Headroom = -1 }, new() { Headroom = 2000 },
            new() { FrameSize = 3000, Unaligned = true }, new() { SoftwareChecksums = true },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new XdpFramePool(wrong));
        }
    }

    [Fact]
    public void A_pool_that_is_gone_says_so()
    {
        using var memory = NonpagedPool.Create();
        var pool = new XdpFramePool(new XdpFramePoolOptions { Count = 8, Memory = memory });
        int[] frames = new int[4];
        Assert.Equal(4, pool.Take(frames.AsSpan()));
        XdpFrame frame = pool.Frame(frames[0]);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Take(frames.AsSpan()));
        Assert.Throws<ObjectDisposedException>(() => pool.Give(frames));
        Assert.Throws<ObjectDisposedException>(() => pool.Data(frame).Length);
    }

    private static int TakeFrames(XdpFramePool pool, int[] indices)
    {
        var frames = new XdpFrame[indices.Length];
        int count = pool.Take(frames);
        for (int i = 0; i < count; i++) indices[i] = pool.IndexOf(frames[i]);
        return count;
    }
}
