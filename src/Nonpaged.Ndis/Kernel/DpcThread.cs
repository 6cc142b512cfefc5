using System.Diagnostics;

namespace Nonpaged.Ndis;

/// <summary>
/// The thread on which an instance's DPCs run, one at a time at DISPATCH_LEVEL, and timers that belong to no adapter. It
/// starts with the first of them. Thread-safe.
/// </summary>
internal sealed class DpcThread(Waits waits) : IDisposable
{
    private readonly object _gate = new();
    private readonly LinkedList<QueuedDpc> _queue = new();
    private readonly Dictionary<nint, LinkedListNode<QueuedDpc>> _queued = [];
    private readonly PriorityQueue<Action, long> _schedule = new();
    private Thread? _thread;
    private QueuedDpc? _running;
    private int _flushing;
    private bool _stopped;

    /// <summary>The calling thread is the one.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Queues a DPC, in front of the others or behind them. False where it is queued already.</summary>
    public bool Insert(QueuedDpc dpc, bool first)
    {
        lock (_gate)
        {
            if (_stopped || _queued.ContainsKey(dpc.Key)) return false;
            _queued[dpc.Key] = first ? _queue.AddFirst(dpc) : _queue.AddLast(dpc);
            Start();
            return true;
        }
    }

    /// <summary>Takes a DPC out of the queue. False where it was not in it.</summary>
    public bool Remove(nint key)
    {
        lock (_gate)
        {
            if (!_queued.Remove(key, out LinkedListNode<QueuedDpc>? node)) return false;
            _queue.Remove(node);
            node.Value.SetDone();
        }

        waits.Wake();
        return true;
    }

    /// <summary>Takes a driver's DPCs out of the queue.</summary>
    public QueuedDpc[] RemoveAll(Driver driver)
    {
        QueuedDpc[] left;
        lock (_gate) left = [.. _queue.Where(one => ReferenceEquals(one.Context.Driver, driver))];
        return [.. left.Where(one => Remove(one.Key))];
    }

    /// <summary>
    /// Runs work on the thread after a time; its owner must know whether it is still wanted. Gives what
    /// <see cref="Unschedule"/> takes.
    /// </summary>
    public void Schedule(Action work, TimeSpan delay)
    {
        lock (_gate)
        {
            double seconds = Math.Clamp(delay.TotalSeconds, 0, int.MaxValue);
            _schedule.Enqueue(work, Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency));
            Start();
        }
    }

    /// <summary>Forgets work that is not due yet.</summary>
    public void Unschedule(Action work)
    {
        lock (_gate) _schedule.Remove(work, out _, out _, ReferenceEqualityComparer.Instance);
    }

    /// <summary>Waits until the DPCs that are queued now have run, and the one that runs.</summary>
    public void Flush(CallContext context)
    {
        QueuedDpc[] pending;
        lock (_gate)
        {
            pending = _running is null ? [.. _queue] : [_running, .. _queue];
            _flushing++;
        }

        waits.Wait(context, null, () => pending.All(one => one.IsDone));
        lock (_gate) _flushing--;
    }

    /// <summary>Waits until none of a driver's DPCs runs, where it is not one of these that asks.</summary>
    public void AwaitEnd(CallContext context, Driver driver)
    {
        QueuedDpc? running;
        lock (_gate)
        {
            running = _running;
            if (running is null || IsCurrent || !ReferenceEquals(running.Context.Driver, driver)) return;
            _flushing++;
        }

        waits.Wait(context, TimeSpan.FromSeconds(2), () => running.IsDone);
        lock (_gate) _flushing--;
    }

    /// <summary>Ends the thread. What is queued does not run.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        if (!IsCurrent) _thread?.Join();
    }

    private void Start()
    {
        Monitor.PulseAll(_gate);
        if (_thread is not null || _stopped) return;
        _thread = new Thread(Loop) { Name = "DPCs", IsBackground = true };
        _thread.Start();
    }

    private void Loop()
    {
        while (Next() is { } work) work();
    }

    private Action? Next()
    {
        lock (_gate)
        {
            while (!_stopped)
            {
                long now = Stopwatch.GetTimestamp();
                bool isScheduled = _schedule.TryPeek(out Action? due, out long at);
                if (isScheduled && at <= now) return _schedule.Dequeue();
                if (_queue.First?.Value is { } dpc)
                {
                    _queue.RemoveFirst();
                    _queued.Remove(dpc.Key);
                    _running = dpc;
                    return () => Run(dpc);
                }

                Monitor.Wait(_gate, isScheduled ? Milliseconds(at - now) : Timeout.Infinite);
            }

            return null;
        }
    }

    private void Run(QueuedDpc dpc)
    {
        DriverCalls.Run(dpc.Context, dpc.Function, dpc.Work);
        bool wake;
        lock (_gate)
        {
            _running = null;
            dpc.SetDone();
            wake = _flushing > 0;
        }

        if (wake) waits.Wake();
    }

    private static int Milliseconds(long ticks) =>
        (int)Math.Min(Math.Ceiling(ticks * 1000.0 / Stopwatch.Frequency), int.MaxValue);
}
