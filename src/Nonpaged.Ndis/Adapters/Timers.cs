namespace Nonpaged.Ndis;

/// <summary>The timers of an adapter's miniport.</summary>
internal sealed unsafe class Timers(
    NdisInstance instance, Miniport miniport, SendQueue sends, Turn turn, IAdapterLife life, DriverReports reports)
{
    public NDIS_HANDLE New(NDIS_TIMER_FUNCTION function, nint context)
    {
        var timer = new MiniportTimer(this, function, context);
        return timer.Handle = instance.Handles.Add(timer);
    }

    public void Set(MiniportTimer timer, uint milliseconds, bool periodic)
    {
        timer.Pending?.Cancel();
        timer.Pending = turn.Schedule(TimeSpan.FromMilliseconds(milliseconds), () => Fire(timer, milliseconds, periodic));
    }

    /// <summary>False where it was not set, or fired before.</summary>
    public static bool Cancel(MiniportTimer timer)
    {
        bool cancelled = timer.Pending?.Cancel() ?? false;
        timer.Pending = null;
        return cancelled;
    }

    /// <summary>Reports those that the driver left running, and takes all of them back.</summary>
    public void GiveBack(string who)
    {
        foreach (MiniportTimer timer in instance.Handles.All<MiniportTimer>().Where(one => one.Owner == this).ToArray())
        {
            if (Cancel(timer)) reports.Leak("NdisMSetTimer", $"{who} left a timer running.", timer.Handle);
            instance.Handles.Remove(timer.Handle);
        }
    }

    private void Fire(MiniportTimer timer, uint milliseconds, bool periodic)
    {
        timer.Pending = null;
        if (miniport.HasFaulted || life.State == AdapterState.Halted) return;
        if (periodic) Set(timer, milliseconds, periodic);
        miniport.Call("MiniportTimer", Irql.DISPATCH_LEVEL, () => timer.Function(null, (void*)timer.Context, null, null));
        sends.SendQueued();
    }
}
