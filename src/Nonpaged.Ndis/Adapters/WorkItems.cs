using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>The work items of an adapter's miniport. Each runs on a thread of its own, while it has the turn.</summary>
internal sealed class WorkItems(Miniport miniport, SendQueue sends, Turn turn, IAdapterLife life, DriverReports reports)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<(string Function, Action Work)> _queued = new();
    private readonly List<BorrowedTurn> _items = [];
    private volatile bool _isClosed;

    /// <summary>
    /// Runs a function of the driver at PASSIVE_LEVEL, behind what is queued, or while a function of the driver waits there, as
    /// MiniportHalt does for what is scheduled; at the latest when that has returned. False where the adapter is gone.
    /// </summary>
    public bool RunLater(string function, Action work)
    {
        if (_isClosed) return false;
        _queued.Enqueue((function, work));
        return turn.PostPassive(RunQueued);
    }

    /// <summary>
    /// A driver has its work items end before MiniportHalt returns; one that goes on would use what is given back.
    /// </summary>
    public void Wait(string who)
    {
        _isClosed = life.State == AdapterState.Halting;
        while (!_queued.IsEmpty) RunQueued();
        if (turn.RunWhileWaiting(s_patience, timersToo: true, () => _items.TrueForAll(one => one.IsDone))) return;
        reports.Leak(
            nameof(NdisLibrary.NdisScheduleWorkItem),
            $"{who} left {_items.Count(one => !one.IsDone)} work items waiting. They do not go on.");
    }

    // Not what these schedule: others have their turn before.
    private void RunQueued()
    {
        for (int left = _queued.Count; left > 0 && _queued.TryDequeue(out (string Function, Action Work) next); left--)
        {
            if (!miniport.HasFaulted) Run(next);
        }
    }

    private void Run((string Function, Action Work) next)
    {
        var item = new BorrowedTurn(turn, () => miniport.Call(next.Function, Irql.PASSIVE_LEVEL, next.Work));
        _items.Add(item);
        turn.Lend(item);
        _items.RemoveAll(one => one.IsDone);
        sends.SendQueued();
    }
}
