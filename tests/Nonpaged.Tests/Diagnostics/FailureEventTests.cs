namespace Nonpaged.Tests.Diagnostics;

/// <summary>NonpagedPool.AllocationFailed.</summary>
public sealed unsafe class FailureEventTests : IDisposable
{
    private readonly NonpagedPool _pool = NonpagedPool.Create(
        new NonpagedPoolOptions { Name = "failing", Ceiling = 2 << 20, Ladder = [MemoryRung.SmallPages] });

    private readonly List<AllocationFailure> _told = [];

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Each_call_that_fails_tells_what_it_throws_or_returns_once()
    {
        _pool.AllocationFailed += _told.Add;
        AllocationFailure thrown = Assert.Throws<AllocationException>(() => _pool.Allocate(3 << 20)).Failure;
        Assert.False(_pool.TryAllocate(new MemoryRequest(3 << 20), out _, out AllocationFailure? returned));
        Assert.False(_pool.TryReserve(3 << 20, out AllocationFailure? reserved));
        Assert.False(_pool.TryAlloc(3 << 20, out _));
        Assert.Equal([thrown, returned, reserved], _told[..3]);
        Assert.Equal((4, FailureKind.Ceiling), (_told.Count, _told[3].Kind));
    }

    [Fact]
    public void Small_blocks_that_there_is_no_memory_for_are_told_and_those_that_there_is_are_not()
    {
        _pool.AllocationFailed += _told.Add;
        int count = 0;
        while (_pool.TryAlloc(1000, out _)) count++;
        Assert.InRange(count, 1000, 3000);
        Assert.Equal(FailureKind.Ceiling, Assert.Single(_told).Kind);
        Assert.Throws<AllocationException>(() => (nint)_pool.Alloc(1000));
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void A_handler_is_called_by_the_thread_that_failed_and_may_use_the_pool_and_wait_for_others_that_do()
    {
        int thread = 0;
        bool isUsable = false;
        _pool.AllocationFailed += _ =>
        {
            thread = Environment.CurrentManagedThreadId;
            _pool.Free(_pool.Alloc(100));
            var other = Task.Run(() => _pool.Allocate(100_000).Dispose());
            isUsable = SpinWait.SpinUntil(() => other.IsCompletedSuccessfully, TimeSpan.FromSeconds(10));
        };
        Assert.False(_pool.TryAlloc(3 << 20, out _));
        Assert.Equal((Environment.CurrentManagedThreadId, true), (thread, isUsable));
    }

    [Fact]
    public void An_exception_of_a_handler_leaves_the_call_and_one_that_was_taken_off_is_not_called()
    {
        _pool.AllocationFailed += Fail;
        Assert.Throws<InvalidOperationException>(() => _pool.TryAlloc(3 << 20, out _));
        Assert.Throws<InvalidOperationException>(() => _pool.TryReserve(3 << 20, out _));
        _pool.AllocationFailed -= Fail;
        Assert.False(_pool.TryAlloc(3 << 20, out _));
        _pool.Free(_pool.Alloc(100));

        static void Fail(AllocationFailure failure) => throw new InvalidOperationException(failure.Reason);
    }
}
