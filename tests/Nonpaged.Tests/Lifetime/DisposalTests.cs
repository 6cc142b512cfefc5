using Nonpaged.Tests.Extents;

namespace Nonpaged.Tests.Lifetime;

/// <summary>A pool that is disposed of beside calls of other threads, and what is left of its blocks.</summary>
[Collection("host memory")]
public sealed unsafe class DisposalTests(ITestOutputHelper output)
{
    private const int Rounds = 200;

    public static TheoryData<string, bool> Calls()
    {
        var data = new TheoryData<string, bool>();
        foreach (string call in ((string[])["small", "zeroed", "aligned", "bulk", "pages", "translate", "protect", "reserve",
            "trim", "look", "share"]))
        {
            data.Add(call, false);
            data.Add(call, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Beside_calls_of_two_threads_a_pool_ends_and_each_call_completes_or_says_that_it_is_gone(string call, bool verify)
    {
        long calls = 0;
        int gone = 0;
        using var users = new Users(2);
        for (int round = 0; round < Rounds; round++)
        {
            var pool = NonpagedPool.Create(
                new NonpagedPoolOptions { Name = $"round {round}", Verify = verify, Ladder = [MemoryRung.SmallPages] });
            users.Begin(() =>
            {
                try
                {
                    while (true)
                    {
                        Use(pool, call);
                        Interlocked.Increment(ref calls);
                    }
                }
                catch (ObjectDisposedException exception) when (exception.ObjectName.Contains(
                    $"\"{pool.Options.Name}\"", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref gone);
                }
            });
            Thread.SpinWait(round * 97 % 20_000);
            pool.Dispose();
            users.Wait();
        }

        output.WriteLine($"{calls} calls beside {Rounds} ends");
        Assert.Equal(2 * Rounds, gone);
    }

    [Fact]
    public void A_block_of_a_pool_that_is_gone_knows_it_and_gives_no_span()
    {
        var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "gone" });
        MemoryBlock block = pool.Allocate(new MemoryRequest(8192) { Protectable = true, Owner = "the test" });
        pool.Dispose();
        Assert.True(block.IsFreed);
        Assert.True(block.Address == null);
        Assert.Contains(
            "\"gone\"", Assert.Throws<ObjectDisposedException>(() => block.AsSpan().Length).ObjectName, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(() => block.Protect(0, 4096, MemoryProtection.ReadOnly));
        Assert.Throws<ObjectDisposedException>(() => block.Obtained);
        Assert.Throws<ObjectDisposedException>(() => pool.Export(block));
        Assert.Equal((0UL, 0UL, 0), (pool.HeldBytes, pool.FreeBytes, pool.Blocks.Count));
        block.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_in_use_is_told_with_its_owner_when_the_pool_is_disposed(bool verify)
    {
        PoolLeftovers? told = null;
        var pool = NonpagedPool.Create(new NonpagedPoolOptions { Verify = verify });
        pool.LeftBehind += left => told = left;
        pool.Allocate(new MemoryRequest(10_000) { WholePages = true, Owner = "a ring" });
        for (int i = 0; i < 3; i++) pool.Alloc(100);
        pool.Free(pool.Alloc(100));
        pool.Dispose();
        Assert.Same(told, pool.Leftovers);
        Assert.Equal(verify ? (4, 0) : (1, 3), (told!.Blocks.Count, (int)told.SmallBlocks));
        Assert.Contains("10000 bytes", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("(a ring)", told.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_addresses_of_a_pool_that_is_gone_stay_without_access()
    {
        var pool = NonpagedPool.Create();
        nuint address = (nuint)pool.Allocate(new MemoryRequest(6 << 20)).Address;
        pool.Dispose();
        string[] maps = File.ReadAllLines("/proc/self/maps");
        string mapping = Assert.Single(maps, line => Host.IsIn(line, address));
        Assert.Contains(" ---p ", mapping, StringComparison.Ordinal);
        Assert.True(AddressSpace.ReleaseRetired());
        Assert.DoesNotContain(
            File.ReadAllLines("/proc/self/maps"),
            line => Host.IsIn(line, address) && line.Contains(" ---p ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pool_s_slot_is_set_aside_until_each_thread_that_used_it_has_begun_another_slow_call_or_ended()
    {
        var pool = NonpagedPool.Create();
        using var used = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            pool.Free(pool.Alloc(64));
            used.Set();
            goOn.Wait();
        });
        thread.Start();
        used.Wait();
        int taken = PoolSlots.Taken;
        pool.Dispose();
        Assert.Equal(taken, PoolSlots.Taken);
        goOn.Set();
        thread.Join();
        using var other = NonpagedPool.Create();
        // A thread's end is told by the collector, or by who needs memory.
        Host.AssertSoon(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return PoolSlots.Taken < taken;
            },
            "The slot is still set aside.");
    }

    private static void Use(NonpagedPool pool, string call)
    {
        switch (call)
        {
            case "small":
                pool.Free(pool.Alloc(100));
                break;
            case "zeroed":
                pool.Free(pool.AllocZeroed(5000));
                break;
            case "aligned":
                pool.Free(pool.AllocAligned(100, 2048));
                break;
            case "bulk":
                Span<nint> blocks = stackalloc nint[64];
                pool.Alloc(blocks, 1514);
                pool.Free(blocks);
                break;
            case "pages":
                pool.Allocate(new MemoryRequest(20_000) { Zeroed = true }).Dispose();
                break;
            case "translate":
                MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { WholePages = true });
                for (int i = 0; i < 100; i++) _ = pool.TryTranslate((void*)block.LastStart, out _)
                    || pool.Contains((void*)block.LastStart);
                block.Dispose();
                break;
            case "protect":
                using (MemoryBlock guarded = pool.Allocate(new MemoryRequest(8192) { Protectable = true }))
                    guarded.Protect(4096, 4096, MemoryProtection.None);
                break;
            case "reserve":
                pool.Reserve(64 << 10);
                break;
            case "trim":
                pool.Free(pool.Alloc(1514));
                pool.Trim();
                break;
            case "look":
                void* small = pool.Alloc(300);
                pool.GetUsableSize(small);
                pool.GetMap();
                _ = pool.Blocks.Count + pool.GetRegionUse(Caching.Uncached).FreeBytes.GetHashCode();
                pool.Free(small, 300);
                break;
            default:
                using (MemoryBlock shared = pool.Allocate(new MemoryRequest(4096) { Shared = Sharing.ReadWrite }))
                    pool.Export(shared).Dispose();
                break;
        }
    }

    /// <summary>Threads that do the same, round after round.</summary>
    private sealed class Users : IDisposable
    {
        private readonly Barrier _barrier;
        private readonly Thread[] _threads;
        private volatile Action? _work;
        private Exception? _error;
        private bool _isAbandoned;

        public Users(int count)
        {
            _barrier = new Barrier(count + 1);
            _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Run) { IsBackground = true })];
            foreach (Thread thread in _threads) thread.Start();
        }

        public void Begin(Action work)
        {
            _isAbandoned = true;
            _work = work;
            _barrier.SignalAndWait();
        }

        public void Wait()
        {
            if (!_barrier.SignalAndWait(TimeSpan.FromMinutes(1))) throw new InvalidOperationException("A thread hangs.");
            _isAbandoned = false;
            if (_error is not null) throw new InvalidOperationException($"{_error}");
        }

        public void Dispose()
        {
            _work = null;
            // Where a round was not waited for, its threads may be anywhere: they end with the process.
            if (_isAbandoned || !_barrier.SignalAndWait(TimeSpan.FromSeconds(10))) return;
            foreach (Thread thread in _threads) thread.Join();
            _barrier.Dispose();
        }

        private void Run()
        {
            while (true)
            {
                _barrier.SignalAndWait();
                if (_work is not { } work) return;
                try
                {
                    work();
                }
                catch (Exception exception)
                {
                    _error = exception;
                }

                _barrier.SignalAndWait();
            }
        }
    }
}
