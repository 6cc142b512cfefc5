namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    private readonly Queue<Extent> _leaving = new();
    private int _leavingCount;
    private Timer? _idleTimer;

    private IEnumerable<Extent> IdleExtents => _owners.OfType<Extent>().Where(extent => extent.UsedPages == 0 && !extent.IsReserved);

    /// <summary>Keeps an extent that nobody uses for a while, so that a program that allocates and frees does not go to the kernel each time.</summary>
    private void KeepIdle(Extent extent)
    {
        if (extent.IsReserved || Options.IdleRelease == Timeout.InfiniteTimeSpan) return;
        extent.IdleSince = Environment.TickCount64;
        ulong idle = IdleExtents.Aggregate(0UL, (sum, other) => sum + other.Length);
        foreach (Extent other in IdleExtents.OrderByDescending(other => other.Length).ToArray())
        {
            if (idle <= Options.IdleKept && Options.IdleRelease > TimeSpan.Zero) break;
            idle -= other.Length;
            Leave(other);
        }

        if (idle > 0) WakeAfter(Options.IdleRelease);
    }

    /// <summary>Takes an extent of which every page is free out of the pool.</summary>
    private void Leave(Extent extent)
    {
        _pages.Remove(extent);
        _leaving.Enqueue(extent);
        _leavingCount++;
    }

    /// <summary>Gives extents that left the pool back to the kernel, without the pool's lock: unpinning and unmapping take their time.</summary>
    private void ReleaseLeaving()
    {
        while (Volatile.Read(ref _leavingCount) > 0)
        {
            Extent? extent;
            lock (_gate)
            {
                if (!_leaving.TryDequeue(out extent)) return;
            }

            extent.Dispose();
            lock (_gate)
            {
                // When the pool is gone it holds nothing.
                if (!_isDisposed) _heldBytes -= extent.Length;
                _leavingCount--;
            }
        }
    }

    /// <summary>Gives back what nobody has used for so long. Whether there was any.</summary>
    private bool LetIdleGo(TimeSpan age)
    {
        lock (_gate)
        {
            if (_isDisposed) return false;
            long latest = Environment.TickCount64 - (long)age.TotalMilliseconds;
            foreach (Extent extent in IdleExtents.Where(extent => extent.IdleSince <= latest).ToArray()) Leave(extent);
        }

        bool any = Volatile.Read(ref _leavingCount) > 0;
        ReleaseLeaving();
        return any;
    }

    private void WakeAfter(TimeSpan time)
    {
        try
        {
            _idleTimer ??= new Timer(
                static state => ((NonpagedPool)state!).OnIdleTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _idleTimer.Change(time, Timeout.InfiniteTimeSpan);
        }
        catch (OutOfMemoryException)
        {
            // Without a thread for timers idle memory stays until the pool needs some, or is trimmed.
        }
    }

    internal void OnIdleTimer()
    {
        using (HeapHook.Enter(_gate))
        {
            if (_isDisposed) return;
        }

        HeapHook.Step();
        if (Interlocked.Exchange(ref _waitsToTrim, 0) != 0) _magazines?.TrimShared();
        HeapHook.Step();
        LetIdleGo(Options.IdleRelease);
        lock (_gate)
        {
            if (!_isDisposed && IdleExtents.Any()) WakeAfter(Options.IdleRelease);
        }
    }
}
