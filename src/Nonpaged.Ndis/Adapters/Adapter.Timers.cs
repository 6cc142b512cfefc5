namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private uint _hangCheckSeconds = 2;
    private ScheduledCall? _hangCheck;

    internal NDIS_HANDLE NewTimer(NDIS_TIMER_FUNCTION function, nint context)
    {
        var timer = new MiniportTimer(this, function, context);
        return timer.Handle = Instance.Handles.Add(timer);
    }

    internal void SetTimer(MiniportTimer timer, uint milliseconds, bool periodic)
    {
        timer.Pending?.Cancel();
        timer.Pending = Turn.Schedule(TimeSpan.FromMilliseconds(milliseconds), () => Fire(timer, milliseconds, periodic));
    }

    internal static bool CancelTimer(MiniportTimer timer)
    {
        var cancelled = timer.Pending?.Cancel() ?? false;
        timer.Pending = null;
        return cancelled;
    }

    private void Fire(MiniportTimer timer, uint milliseconds, bool periodic)
    {
        timer.Pending = null;
        if (Miniport.HasFaulted || _state == AdapterState.Halted) return;
        if (periodic) SetTimer(timer, milliseconds, periodic);
        Call("MiniportTimer", Irql.DISPATCH_LEVEL, () => timer.Function(null, (void*)timer.Context, null, null));
        SendQueued();
    }

    private void GiveBackTimers(string who)
    {
        foreach (var timer in Instance.Handles.All<MiniportTimer>().Where(one => one.Adapter == this).ToArray())
        {
            if (CancelTimer(timer)) Leak("NdisMSetTimer", $"{who} left a timer running.", timer.Handle);
            Instance.Handles.Remove(timer.Handle);
        }
    }

    private void ScheduleHangCheck()
    {
        if (Functions.CheckForHangHandler is null) return;
        _hangCheck = Turn.Schedule(TimeSpan.FromSeconds(_hangCheckSeconds), CheckForHang);
    }

    private void CheckForHang()
    {
        if (_state != AdapterState.Running) return;
        var hangs = Call(
            nameof(Functions.CheckForHangHandler), Irql.DISPATCH_LEVEL, false, () => Functions.CheckForHangHandler!(Miniport.Context));
        // What is not there answers nothing, and cannot be reset.
        if (hangs && !Bus.IsDevicePresent()) ExpectEnd();
        else if (hangs) Reset("hangs and is reset");
        ScheduleHangCheck();
    }
}
