using System.Runtime.InteropServices;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private int _haltAsked;
    private bool _initialized;

    /// <summary>
    /// Closes what protocols have open, runs MiniportHalt, and reports what the driver left. Waits until all is done, except where it is
    /// called from one of the driver's own functions: then the halt follows as soon as that returns.
    /// </summary>
    public void Halt()
    {
        if (Interlocked.Exchange(ref _haltAsked, 1) == 0) Turn.Post(HaltInContext);
        if (Turn.IsCurrent) return;
        _halted.Task.Wait();
        Turn.Dispose();
    }

    /// <inheritdoc cref="Halt"/>
    public void Dispose() => Halt();

    /// <summary>As <see cref="Halt"/>, without waiting.</summary>
    internal void RemoveLater()
    {
        if (Interlocked.Exchange(ref _haltAsked, 1) == 0) Turn.Post(HaltInContext);
    }

    private void HaltInContext()
    {
        if (_state == AdapterState.Halted) return;
        CountBadFrames();
        _state = AdapterState.Halting;
        _hangCheck?.Cancel();
        UnbindProtocols();
        AbortQueued();
        WaitForRequest();
        if (_initialized) Miniport.Halt();
        WaitForWorkItems("MiniportHalt");
        AbortRequest();
        AbortInFlight();
        AbortTransfers();
        CloseBindings();
        GiveBack("MiniportHalt");
        Finish("MiniportHalt");
    }

    private void NotifySurpriseRemoval()
    {
        if (Functions.PnPEventNotifyHandler is not { } notify) return;
        Turn.Post(() => Call(nameof(Functions.PnPEventNotifyHandler), Irql.PASSIVE_LEVEL, () =>
            notify(Miniport.Context, NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved, null, 0)));
    }

    private void Finish(string who)
    {
        Resources.Dispose();
        NativeMemory.Free(_counts);
        Instance.Handles.Remove(Handle);
        Instance.Remove(this, who);
        _state = AdapterState.Halted;
        _halted.TrySetResult(AdapterState.Halted);
    }

    /// <summary>
    /// Reports and takes back what the driver left registered. The device loses the bus first, so that it cannot write to memory
    /// that is somebody else's by then.
    /// </summary>
    private void GiveBack(string who)
    {
        Bus.TakeBus();
        foreach (var interrupt in Instance.Handles.All<MiniportInterrupt>().Where(one => one.Adapter == this))
        {
            Leak("NdisMRegisterInterrupt", $"{who} left interrupt vector {interrupt.Vector} registered.", interrupt.Handle);
            Deregister(interrupt);
        }

        Resources.GiveBack(this, who);
        GiveBackMapRegisters(who);
        GiveBackTimers(who);
        FreeRoom();
    }

    private void Leak(string call, string message, NDIS_HANDLE handle = default) => Reports.Leak(call, message, handle);

    private void WatchMachine() => Machine.Gone.ContinueWith(
        gone =>
        {
            if (_state == AdapterState.Halted || _haltAsked != 0) return;
            Report(NdisReportKind.HardwareGone, "Machine", $"The hardware went away while the adapter ran: {gone.Result} It is halted.");
            NotifySurpriseRemoval();
            Halt();
        },
        CancellationToken.None,
        TaskContinuationOptions.None,
        TaskScheduler.Default);
}
