using System.Diagnostics;

namespace Nonpaged.Ndis;

/// <summary>
/// Whose turn it is in an adapter: one thread with a queue. All of a miniport's functions run here, one at a time, as NDIS 5
/// serializes them. Interrupts and other work alternate, so that neither starves the other.
/// </summary>
internal sealed class Turn : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();
    private readonly Queue<Action> _ends = new();
    private readonly CallSchedule _schedule = new();
    private readonly Queue<BorrowedTurn> _turns = new();
    private readonly object _aside = new();
    private readonly Action _onInterrupt;
    private volatile BorrowedTurn? _borrower;
    private Action? _passive;
    private readonly Thread _thread;
    private bool _interrupt;
    private bool _interruptHadItsTurn;
    private bool _stopped;

    public Turn(string name, Action onInterrupt)
    {
        _onInterrupt = onInterrupt;
        _thread = new Thread(Loop) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// The calling thread has the turn: it is the adapter's own, or that of a work item that it lent its turn to.
    /// </summary>
    public bool IsCurrent => Thread.CurrentThread == _thread || _borrower?.IsCurrent == true;

    /// <summary>Queues work. False where the thread was ended.</summary>
    public bool Post(Action work)
    {
        lock (_gate)
        {
            if (_stopped) return false;
            _work.Enqueue(work);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>
    /// Queues work that a driver may wait for in one of its functions, and which is then done within that wait. It may be called
    /// when there is nothing to do.
    /// </summary>
    public bool PostPassive(Action work)
    {
        lock (_gate)
        {
            if (!Post(work)) return false;
            _passive = work;
            return true;
        }
    }

    /// <summary>Runs work here and waits for it; at once where the caller has the turn.</summary>
    /// <exception cref="ObjectDisposedException">The thread was ended.</exception>
    public void Run(Action work)
    {
        if (IsCurrent)
        {
            work();
            return;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = Post(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        ObjectDisposedException.ThrowIf(!posted, this);
        done.Task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Runs the end of what the miniport has under way: at once where the caller has the turn, otherwise soon, and before what is
    /// queued. A driver above another, or with threads of its own, completes from there. Nothing is run where the thread was
    /// ended.
    /// </summary>
    public void End(Action work)
    {
        if (IsCurrent)
        {
            work();
            return;
        }

        lock (_gate)
        {
            if (_stopped) return;
            _ends.Enqueue(work);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Runs the interrupt work soon.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            _interrupt = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Runs work after a delay, unless it is cancelled before.</summary>
    public ScheduledCall Schedule(TimeSpan delay, Action work)
    {
        var call = new ScheduledCall(work);
        lock (_gate)
        {
            _schedule.Add(call, delay);
            Monitor.Pulse(_gate);
        }

        return call;
    }

    /// <summary>Has a work item run on its own thread until it ends or waits.</summary>
    public void Lend(BorrowedTurn turn)
    {
        _borrower = turn;
        turn.Lend();
        _borrower = null;
    }

    /// <summary>A work item that waited wants to go on.</summary>
    public void AskForTurn(BorrowedTurn turn)
    {
        lock (_gate)
        {
            _turns.Enqueue(turn);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits on a thread that does not have the turn. False where the time was over before the condition held.</summary>
    public bool WaitAside(TimeSpan time, Func<bool>? until)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        lock (_aside)
        {
            while (until is null || !until())
            {
                double left = (end - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
                if (left <= 0) return false;
                Monitor.Wait(_aside, (int)Math.Min(Math.Ceiling(left), int.MaxValue));
            }
        }

        return true;
    }

    /// <summary>
    /// Lets time pass in one of the driver's functions that waits or stalls: what has a higher IRQL runs meanwhile, as it would
    /// on a real system. At PASSIVE_LEVEL these are interrupts with their deferred handling, and timers; at DISPATCH_LEVEL the
    /// ISR alone. False where the time was over before the condition held.
    /// </summary>
    public bool Wait(TimeSpan time, Irql irql, Func<bool>? until = null)
    {
        if (BorrowedTurn.Current is { } turn && irql == Irql.PASSIVE_LEVEL) return turn.Wait(time, until);
        if (!IsCurrent || irql >= Irql.DIRQL) return Sleep(time, until);
        return RunWhileWaiting(time, timersToo: irql == Irql.PASSIVE_LEVEL, until);
    }

    /// <summary>
    /// For work that waits on this thread: interrupts run meanwhile, and, where asked for, what is due by time, and work items;
    /// what else is queued waits. True where the condition held before the time was over. The condition may
    /// take a lock under which nobody calls here.
    /// </summary>
    public bool RunWhileWaiting(TimeSpan time, bool timersToo, Func<bool>? until)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        while (until is null || !until())
        {
            Action? work = null;
            lock (_gate)
            {
                if (_interrupt)
                {
                    _interrupt = false;
                    work = _onInterrupt;
                }
                else if (timersToo && _ends.TryDequeue(out Action? ending))
                {
                    work = ending;
                }
                else if (timersToo && _turns.TryDequeue(out BorrowedTurn? turn))
                {
                    work = () => Lend(turn);
                }
                else if (timersToo && _passive is { } passive)
                {
                    _passive = null;
                    work = passive;
                }
                else if (timersToo && _schedule.TryTake(out ScheduledCall? due))
                {
                    work = due.Run;
                }
                else if (until is not null && until())
                {
                    // Looked at here, so that a wake cannot come between the look and the wait.
                    return true;
                }
                else
                {
                    long left = (end - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
                    if (left < 0) return false;
                    int untilDue = timersToo ? _schedule.UntilNext() : Timeout.Infinite;
                    int wait = (int)Math.Min(left, untilDue < 0 ? int.MaxValue : untilDue);
                    if (wait > 0) Monitor.Wait(_gate, wait);
                }
            }

            work?.Invoke();
            if (Stopwatch.GetTimestamp() >= end) return until?.Invoke() ?? false;
        }

        return true;
    }

    /// <summary>Has a waiting function look at its condition again.</summary>
    public void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
        lock (_aside) Monitor.PulseAll(_aside);
    }

    /// <summary>Ends the thread once what is queued has run.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        if (!IsCurrent) _thread.Join();
    }

    private void Loop()
    {
        while (Next() is { } work) work();
    }

    private Action? Next()
    {
        lock (_gate)
        {
            while (true)
            {
                if (Take() is { } work) return work;
                if (_stopped) return null;
                Monitor.Wait(_gate, _schedule.UntilNext());
            }
        }
    }

    private Action? Take()
    {
        if (_interrupt && !(_interruptHadItsTurn && _work.Count > 0) && !_stopped)
        {
            _interrupt = false;
            _interruptHadItsTurn = true;
            return _onInterrupt;
        }

        _interruptHadItsTurn = false;
        if (_ends.TryDequeue(out Action? end)) return end;
        if (_schedule.TryTake(out ScheduledCall? due)) return due.Run;
        if (_turns.TryDequeue(out BorrowedTurn? turn)) return () => Lend(turn);
        return _work.TryDequeue(out Action? work) ? work : null;
    }

    private static bool Sleep(TimeSpan time, Func<bool>? until)
    {
        if (until is not null) return SpinWait.SpinUntil(until, time);
        Thread.Sleep(time);
        return false;
    }
}
