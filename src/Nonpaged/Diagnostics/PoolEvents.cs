using System.Diagnostics;

namespace Nonpaged;

/// <summary>
/// What a pool tells, each thing once and from here: to the handlers of its events, to the meter (<see cref="PoolMetrics"/>) and
/// to the event source (<see cref="NonpagedEventSource"/>). Slow calls alone come here, and hold neither the growth lock nor the
/// page lock, because listeners run within the call. What goes back when the end of a thread is noticed is told with that
/// thread's lock held, so that listeners of the event source must not call a pool. Thread-safe.
/// </summary>
/// <param name="pool">The pool's name.</param>
internal sealed class PoolEvents(string pool)
{
    // Here, so that listeners find it as soon as there is a pool, and it is not made under a lock.
    private readonly NonpagedEventSource _source = NonpagedEventSource.Log;

    /// <inheritdoc cref="NonpagedPool.PinLost"/>
    public event Action<LostPin>? PinLost;

    /// <inheritdoc cref="NonpagedPool.Corrupted"/>
    public event Action<MemoryCorruption>? Corrupted;

    /// <inheritdoc cref="NonpagedPool.LeftBehind"/>
    public event Action<PoolLeftovers>? LeftBehind;

    /// <inheritdoc cref="NonpagedPool.AllocationFailed"/>
    public event Action<AllocationFailure>? AllocationFailed;

    /// <summary>Somebody wants to know of bad frees.</summary>
    public bool IsToldOfBadFrees => _source.IsToldOfBadFrees;

    /// <summary>Somebody wants to know of memory that goes back.</summary>
    public bool IsToldOfGivingBack => _source.IsToldOfGrowth;

    /// <summary>Blocks were allocated for a request.</summary>
    public void OnAllocated(int count = 1) => PoolMetrics.OnAllocated(pool, count);

    /// <summary>An allocation or a reservation failed; null where it did not.</summary>
    public void OnFailed(AllocationFailure? failure)
    {
        if (failure is null) return;
        PoolMetrics.OnFailed(pool, failure);
        _source.OnAllocationFailed(pool, failure);
        AllocationFailed?.Invoke(failure);
    }

    /// <summary>Memory is about to be obtained: when, or 0 where nobody wants to know.</summary>
    public long BeginGrowth() => PoolMetrics.IsToldOfGrowth || _source.IsToldOfGrowth ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Memory was obtained, by a rung; or, of 0 bytes and no rung, none was.</summary>
    public void OnGrowth(string? rung, ulong bytes, TimeSpan took)
    {
        PoolMetrics.OnGrowth(pool, rung, took);
        if (rung is not null) _source.OnGrown(pool, rung, bytes, took);
    }

    /// <summary>Memory went back to the kernel.</summary>
    public void OnGivenBack(ulong bytes) => _source.OnGivenBack(pool, bytes);

    /// <summary>A free was refused.</summary>
    public void OnBadFree(nuint address, BadFree bad, string wrong) => _source.OnBadFree(pool, address, bad, wrong);

    /// <summary>Pins were found to be gone.</summary>
    public void OnPinsLost(IReadOnlyList<LostPin> lost)
    {
        foreach (LostPin one in lost)
        {
            _source.OnPinLost(pool, one);
            PinLost?.Invoke(one);
        }
    }

    /// <summary>Writes were found to memory that was not the writer's.</summary>
    /// <exception cref="MemoryCorruptionException">No handler is told.</exception>
    public void OnCorrupted(MemoryCorruption[] found)
    {
        if (found.Length == 0) return;
        foreach (MemoryCorruption corruption in found) _source.OnCorrupted(pool, corruption);
        if (Corrupted is not { } told) throw new MemoryCorruptionException(found);
        foreach (MemoryCorruption corruption in found) told(corruption);
    }

    /// <summary>The pool is gone.</summary>
    public void OnDisposed(PoolLeftovers leftovers)
    {
        if (!leftovers.Any) return;
        _source.OnLeftBehind(leftovers);
        LeftBehind?.Invoke(leftovers);
    }
}
