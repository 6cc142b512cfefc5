namespace Nonpaged.Ndis;

/// <summary>
/// The timers that run out on the DPC thread: those in drivers' memory (KTIMER), and NDIS's timers that belong to no adapter.
/// Thread-safe.
/// </summary>
internal sealed unsafe class KernelTimers(HandleTable handles, DpcThread thread, Dpcs dpcs, Dispatcher dispatcher)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nint, ArmedTimer> _armed = [];

    /// <summary>Where they run out.</summary>
    public DpcThread Thread { get; } = thread;

    /// <summary>A timer of NDIS that belongs to no adapter.</summary>
    public NDIS_HANDLE New(CallContext context, NDIS_TIMER_FUNCTION function, nint given)
    {
        var timer = new KernelTimer(this, context, function, given);
        return timer.Handle = handles.Add(timer);
    }

    /// <summary>Sets up a timer that is not set.</summary>
    public static void Initialize(KTIMER* timer, bool isSynchronization)
    {
        *timer = default;
        timer->Header.Type = isSynchronization ? DISPATCHER_HEADER.SynchronizationTimer : DISPATCHER_HEADER.NotificationTimer;
        timer->Header.Size = (byte)(sizeof(KTIMER) / sizeof(int));
    }

    /// <summary>
    /// Sets a timer: when it runs out it is signalled, and its DPC queued. True where it was set before, which is forgotten.
    /// </summary>
    /// <param name="context">Who sets it.</param>
    /// <param name="timer">The timer.</param>
    /// <param name="delay">When it runs out.</param>
    /// <param name="period">How long after that it does so again; zero for once.</param>
    /// <param name="dpc">The DPC, or null.</param>
    public bool Set(CallContext context, KTIMER* timer, TimeSpan delay, TimeSpan period, KDPC* dpc)
    {
        nint address = (nint)timer, deferred = (nint)dpc;
        void Expired()
        {
            dispatcher.Signal(&((KTIMER*)address)->Header, 1);
            if (deferred != 0) dpcs.Insert(context, (KDPC*)deferred, null, null);
        }

        lock (_gate)
        {
            bool was = Forget(address);
            dispatcher.Signal(&timer->Header, 0);
            timer->Dpc = dpc;
            timer->Period = (int)Math.Min(period.TotalMilliseconds, int.MaxValue);
            Arm(address, new ArmedTimer(context, "KeSetTimer", period, Expired), delay);
            return was;
        }
    }

    /// <summary>Sets a timer of NDIS by its key. True where it was set before, which is forgotten.</summary>
    public bool Set(nint key, ArmedTimer timer, TimeSpan delay)
    {
        lock (_gate)
        {
            bool was = Forget(key);
            Arm(key, timer, delay);
            return was;
        }
    }

    /// <summary>Keeps a timer from running out. False where it was not set, or ran out before.</summary>
    public bool Cancel(nint key)
    {
        lock (_gate) return Forget(key);
    }

    /// <summary>Cancels the timers that a driver left set. Gives them.</summary>
    public ArmedTimer[] CancelAll(Driver driver)
    {
        lock (_gate)
        {
            KeyValuePair<nint, ArmedTimer>[] left =
                [.. _armed.Where(one => ReferenceEquals(one.Value.Context.Driver, driver))];
            foreach ((nint key, _) in left) Forget(key);
            return [.. left.Select(one => one.Value)];
        }
    }

    private void Arm(nint key, ArmedTimer timer, TimeSpan delay)
    {
        timer.Due = () => OnDue(key, timer);
        _armed[key] = timer;
        Thread.Schedule(timer.Due, delay);
    }

    private bool Forget(nint key)
    {
        if (!_armed.Remove(key, out ArmedTimer? timer)) return false;
        Thread.Unschedule(timer.Due);
        return true;
    }

    private void OnDue(nint key, ArmedTimer timer)
    {
        // Under the lock: once a cancel has said that a timer is not set, its memory is the driver's to free.
        lock (_gate)
        {
            if (!_armed.TryGetValue(key, out ArmedTimer? armed) || armed != timer) return;
            if (timer.Period > TimeSpan.Zero) Thread.Schedule(timer.Due, timer.Period);
            else _armed.Remove(key);
            timer.Expired();
        }
    }
}
