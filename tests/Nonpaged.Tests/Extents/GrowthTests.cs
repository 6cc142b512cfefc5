using System.Diagnostics;
using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed unsafe class GrowthTests
{
    [Theory]
    [InlineData(4 << 10, 100)]
    [InlineData(16 << 10, 1514)]
    [InlineData(64 << 10, 1514)]
    [InlineData(1 << 20, 60_000)]
    public void A_pool_below_a_low_ceiling_serves_small_blocks_and_single_pages(int ceiling, int length)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = ceiling });
        void* small = pool.Alloc((nuint)length);
        pool.Free(small);
        Assert.InRange(pool.HeldBytes, 4096UL, (ulong)ceiling);
        using var pages = NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = ceiling });
        MemoryBlock[] all =
            [.. Enumerable.Range(0, ceiling / 4096).Select(_ => pages.Allocate(new MemoryRequest(4096) { Contiguous = true }))];
        Assert.All(all, block => Assert.True(block.Obtained.Pinned));
        AllocationFailure failure =
            Assert.Throws<AllocationException>(() => pages.Allocate(new MemoryRequest(4096) { WholePages = true })).Failure;
        Assert.Equal((FailureKind.Ceiling, (long)ceiling), (failure.Kind, failure.LimitValue));
    }

    [Fact]
    public void A_pool_takes_a_quarter_of_what_it_holds_up_to_the_step_and_the_ceiling()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], Step = 4 << 20, Ceiling = 30 << 20 });
        var held = new List<ulong>();
        for (int i = 0; i < 30; i++)
        {
            pool.Allocate(new MemoryRequest(1 << 20));
            if (held.Count == 0 || held[^1] != pool.HeldBytes) held.Add(pool.HeldBytes);
        }

        Assert.Equal([2, 4, 6, 8, 10, 14, 18, 22, 26, 30], held.Select(bytes => (int)(bytes >> 20)));
        Assert.False(pool.TryAllocate(new MemoryRequest(1 << 20), out _, out AllocationFailure? failure));
        Assert.Contains("ceiling", failure.Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_extent_is_as_long_as_asked_for_in_units_of_2_MiB()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], FirstExtent = 7 << 20 });
        pool.Alloc(100);
        Assert.Equal(8UL << 20, pool.HeldBytes);
    }

    [Fact]
    public void Idle_memory_goes_back_after_its_time_and_what_is_above_the_kept_amount_at_once()
    {
        // Whatever happens meanwhile, an hour does not pass.
        using (NonpagedPool patient = Used(TimeSpan.FromHours(1))) Assert.InRange(patient.HeldBytes, 2UL << 20, 4UL << 20);
        long start = Stopwatch.GetTimestamp();
        using NonpagedPool pool = Used(TimeSpan.FromMilliseconds(300));
        Host.AssertSoon(() => pool.HeldBytes == 0, "Idle memory is still held.");
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(280), "Idle memory went back before its time.");
        Assert.Equal(0, Host.CountMaps());

        static NonpagedPool Used(TimeSpan idleRelease)
        {
            var pool = NonpagedPool.Create(new NonpagedPoolOptions
            { Ladder = [MemoryRung.Collapsed], Step = 2 << 20, IdleKept = 4 << 20, IdleRelease = idleRelease });
            MemoryBlock large = pool.Allocate(new MemoryRequest(16 << 20));
            MemoryBlock small = pool.Allocate(new MemoryRequest(2 << 20) { Contiguous = true });
            large.Dispose();
            small.Dispose();
            return pool;
        }
    }

    [Fact]
    public void With_no_idle_time_memory_goes_back_at_once()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], IdleRelease = TimeSpan.Zero });
        pool.Allocate(new MemoryRequest(2 << 20)).Dispose();
        Assert.Equal(0UL, pool.HeldBytes);
        pool.Free(pool.Alloc(64));
        Assert.Equal(0UL, pool.HeldBytes);
    }

    [Fact]
    public void Idle_memory_makes_room_below_the_ceiling()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        { Ladder = [MemoryRung.Collapsed], Ceiling = 8 << 20, IdleRelease = Timeout.InfiniteTimeSpan });
        MemoryBlock[] parts = [.. Enumerable.Range(0, 4).Select(_ => pool.Allocate(new MemoryRequest(2 << 20)))];
        foreach (MemoryBlock part in parts) part.Dispose();
        using MemoryBlock whole = pool.Allocate(new MemoryRequest(8 << 20));
        Assert.Equal(8UL << 20, pool.HeldBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pages_are_zero_whenever_they_are_handed_out(bool zeroOnFree)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        { Ladder = [MemoryRung.Collapsed], ZeroOnFree = zeroOnFree, IdleRelease = Timeout.InfiniteTimeSpan });
        nuint first = 0;
        for (int round = 0; round < 3; round++)
        {
            using MemoryBlock block = pool.Allocate(new MemoryRequest(300_000) { Protectable = true });
            Assert.Equal(-1, block.AsSpan().IndexOfAnyExcept((byte)0));
            first = first == 0 ? (nuint)block.Address : first;
            Assert.Equal(first, (nuint)block.Address);
            block.AsSpan().Fill(0xcc);
            block.Protect(8192, 4096, MemoryProtection.None);
        }
    }

    [Fact]
    public void Secrets_are_gone_as_soon_as_they_are_freed()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        { Ladder = [MemoryRung.Collapsed], ZeroOnFree = true, IdleRelease = Timeout.InfiniteTimeSpan });
        MemoryBlock pages = pool.Allocate(new MemoryRequest(100_000));
        byte* small = (byte*)pool.Alloc(1000);
        byte* large = (byte*)pages.Address;
        pages.AsSpan().Fill(0xcc);
        new Span<byte>(small, 1000).Fill(0xcc);
        pages.Dispose();
        pool.Free(small);
        Assert.Equal(-1, new Span<byte>(large, 100_000).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, new Span<byte>(small, 1000).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_thread_that_grows_the_pool_does_not_stall_others()
    {
        using var pool =
            NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [MemoryRung.Collapsed], FirstExtent = 8 << 20 });
        pool.Free(pool.Alloc(64));
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        using var hook = new BlockingHook("memfd_create", entered, leave);
        Task<MemoryBlock> growing = Task.Run(() => pool.Allocate(new MemoryRequest(32 << 20)));
        Assert.True(entered.Wait(TimeSpan.FromMinutes(1)));
        // The other thread stands in a system call of its growth; these are served meanwhile.
        var served = Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                void* block = pool.Alloc(1000);
                using MemoryBlock run = pool.Allocate(new MemoryRequest(100_000));
                pool.Free(block);
            }
        });
        Assert.True(served.Wait(TimeSpan.FromMinutes(1)), "Allocations and frees wait for a growth.");
        Assert.False(growing.IsCompleted);
        leave.Set();
        using MemoryBlock grown = growing.GetAwaiter().GetResult();
        Assert.Equal(32u << 20, (uint)grown.Length);
    }

    /// <summary>Holds the first use of a call until it is told to go on.</summary>
    private sealed class BlockingHook : SystemCallHook, IDisposable
    {
        private readonly string _call;
        private readonly ManualResetEventSlim _entered;
        private readonly ManualResetEventSlim _leave;

        public BlockingHook(string call, ManualResetEventSlim entered, ManualResetEventSlim leave)
        {
            (_call, _entered, _leave) = (call, entered, leave);
            Installed = this;
        }

        protected override Errno Before(string call)
        {
            if (call != _call) return Errno.None;
            _entered.Set();
            _leave.Wait(TimeSpan.FromMinutes(5));
            return Errno.None;
        }

        public void Dispose() => Installed = null;
    }
}
