namespace Nonpaged.Ndis;

/// <summary>The work items of an adapter's miniport. Each runs on a thread of its own, while it has the turn.</summary>
internal sealed class WorkItems(Miniport miniport, SendQueue sends, Turn turn, IAdapterLife life, DriverReports reports)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly List<BorrowedTurn> _items = [];

    /// <summary>Runs a function of the driver at PASSIVE_LEVEL, behind what is queued. False where the adapter is gone.</summary>
    public bool RunLater(string function, Action work) => turn.Post(() =>
    {
        if (miniport.HasFaulted || life.State == AdapterState.Halted) return;
        var item = new BorrowedTurn(turn, () => miniport.Call(function, Irql.PASSIVE_LEVEL, work));
        _items.Add(item);
        turn.Lend(item);
        _items.RemoveAll(one => one.IsDone);
        sends.SendQueued();
    });

    /// <summary>
    /// A driver has its work items end before MiniportHalt returns; one that goes on would use what is given back.
    /// </summary>
    public void Wait(string who)
    {
        if (turn.RunWhileWaiting(s_patience, timersToo: true, () => _items.TrueForAll(one => one.IsDone))) return;
        reports.Leak(
            nameof(NdisLibrary.NdisScheduleWorkItem),
            $"{who} left {_items.Count(one => !one.IsDone)} work items waiting. They do not go on.");
    }
}
