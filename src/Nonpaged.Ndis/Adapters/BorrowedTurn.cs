namespace Nonpaged.Ndis;

/// <summary>
/// A work item's run, on a thread of its own, while the adapter's thread lends it its turn: so none of the driver's functions
/// runs beside it. Where it waits at PASSIVE_LEVEL the turn goes back, and interrupts, timers, sends and requests go on, as
/// they would behind a system's worker thread.
/// </summary>
internal sealed class BorrowedTurn(Turn turn, Action work)
{
    [ThreadStatic]
    private static BorrowedTurn? t_current;

    private readonly object _run = new();
    private Thread? _thread;
    private bool _isLent;

    /// <summary>That of the calling thread; null where it has none.</summary>
    public static BorrowedTurn? Current => t_current;

    /// <summary>The turn that it borrows.</summary>
    public Turn Turn => turn;

    /// <summary>The calling thread is the one that has the turn.</summary>
    public bool IsCurrent => t_current == this;

    /// <summary>It has run to its end.</summary>
    public bool IsDone { get; private set; }

    /// <summary>On the adapter's thread: lets it run until it ends or waits.</summary>
    public void Lend()
    {
        lock (_run)
        {
            _isLent = true;
            Monitor.PulseAll(_run);
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "work item" };
                _thread.Start();
            }

            while (_isLent) Monitor.Wait(_run);
        }
    }

    /// <summary>
    /// On its own thread, at PASSIVE_LEVEL: waits without the turn. False where the time was over before the condition held.
    /// </summary>
    public bool Wait(TimeSpan time, Func<bool>? until)
    {
        GiveBack();
        bool holds = turn.WaitAside(time, until);
        turn.AskForTurn(this);
        lock (_run)
        {
            while (!_isLent) Monitor.Wait(_run);
        }

        return holds;
    }

    private void Run()
    {
        t_current = this;
        work();
        IsDone = true;
        GiveBack();
    }

    private void GiveBack()
    {
        lock (_run)
        {
            _isLent = false;
            Monitor.PulseAll(_run);
        }
    }
}
