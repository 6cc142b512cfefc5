namespace Nonpaged.Ndis;

public sealed partial class Adapter
{
    private static readonly TimeSpan s_workItemPatience = TimeSpan.FromSeconds(2);

    private readonly List<BorrowedTurn> _workItems = [];

    /// <summary>Runs a function of the driver at PASSIVE_LEVEL, behind what is queued, on a thread of its own. False where the adapter is gone.</summary>
    internal bool RunLater(string function, Action work) => Turn.Post(() =>
    {
        if (Miniport.HasFaulted || _state == AdapterState.Halted) return;
        var turn = new BorrowedTurn(Turn, () => Call(function, Irql.PASSIVE_LEVEL, work));
        _workItems.Add(turn);
        Turn.Lend(turn);
        _workItems.RemoveAll(one => one.IsDone);
        SendQueued();
    });

    /// <summary>A driver has its work items end before MiniportHalt returns; one that goes on would use what is given back.</summary>
    private void WaitForWorkItems(string who)
    {
        if (Turn.RunWhileWaiting(s_workItemPatience, timersToo: true, () => _workItems.TrueForAll(one => one.IsDone))) return;
        Leak(nameof(NdisLibrary.NdisScheduleWorkItem), $"{who} left {_workItems.Count(one => !one.IsDone)} work items waiting. They do not go on.");
    }
}
