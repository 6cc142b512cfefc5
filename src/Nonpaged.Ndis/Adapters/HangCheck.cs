namespace Nonpaged.Ndis;

/// <summary>Calls MiniportCheckForHang every so often, and resets an adapter that hangs.</summary>
internal sealed unsafe class HangCheck(
    Miniport miniport, BusControl bus, SurpriseRemoval removal, ResetControl resets, Turn turn, IAdapterLife life)
{
    private const uint DefaultSeconds = 2;

    private uint _seconds = DefaultSeconds;
    private ScheduledCall? _next;

    /// <summary>CheckForHangTimeInSeconds of NdisMSetAttributesEx; 0 is every two seconds.</summary>
    public void SetInterval(uint seconds) => _seconds = seconds == 0 ? DefaultSeconds : seconds;

    public void Start()
    {
        if (miniport.Functions.CheckForHangHandler is null) return;
        _next = turn.Schedule(TimeSpan.FromSeconds(_seconds), Check);
    }

    public void Stop() => _next?.Cancel();

    private void Check()
    {
        if (life.State != AdapterState.Running) return;
        bool hangs = miniport.Call(nameof(miniport.Functions.CheckForHangHandler), Irql.DISPATCH_LEVEL, false, () =>
            miniport.Functions.CheckForHangHandler!(miniport.Context));
        // What is not there answers nothing, and cannot be reset.
        if (hangs && !bus.IsDevicePresent()) removal.Expect();
        else if (hangs) resets.Reset("hangs and is reset");
        Start();
    }
}
