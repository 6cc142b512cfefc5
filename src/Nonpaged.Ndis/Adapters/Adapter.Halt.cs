using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private int _haltAsked;
    private bool _initialized;
    private ADAPTER_SHUTDOWN_HANDLER? _shutdown;
    private nint _shutdownContext;

    /// <summary>
    /// Closes what protocols have open, runs MiniportHalt, and reports what the driver left. Waits until all is done, except where it is
    /// called from one of the driver's own functions: then the halt follows as soon as that returns.
    /// </summary>
    public void Halt()
    {
        if (Interlocked.Exchange(ref _haltAsked, 1) == 0) _serial.Post(HaltInContext);
        if (_serial.IsCurrent) return;
        _halted.Task.Wait();
        _serial.Dispose();
    }

    /// <inheritdoc cref="Halt"/>
    public void Dispose() => Halt();

    /// <summary>As <see cref="Halt"/>, without waiting.</summary>
    internal void RemoveLater()
    {
        if (Interlocked.Exchange(ref _haltAsked, 1) == 0) _serial.Post(HaltInContext);
    }

    internal void SetShutdownHandler(ADAPTER_SHUTDOWN_HANDLER? handler, void* context)
    {
        _shutdown = handler;
        _shutdownContext = (nint)context;
    }

    internal void ChangeCommand(PciCommand set = 0, PciCommand clear = 0)
    {
        if (Device is not PciDevice function) return;
        Span<byte> command = stackalloc byte[2];
        function.ReadConfiguration(4, command);
        var before = (PciCommand)BinaryPrimitives.ReadUInt16LittleEndian(command);
        var after = (before | set) & ~clear;
        if (after == before) return;
        BinaryPrimitives.WriteUInt16LittleEndian(command, (ushort)after);
        function.WriteConfiguration(4, command);
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
        if (_initialized) CallHalt();
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
        if (Miniport.PnPEventNotifyHandler is not { } notify) return;
        _serial.Post(() => Call(nameof(Miniport.PnPEventNotifyHandler), Irql.PASSIVE_LEVEL, () =>
            notify(_miniportContext, NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventSurpriseRemoved, null, 0)));
    }

    private void Finish(string who)
    {
        FreeResourceList();
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
        if (!Machine.Gone.IsCompleted) Guarded(() => ChangeCommand(clear: PciCommand.BusMaster));
        foreach (var interrupt in Instance.Handles.All<MiniportInterrupt>().Where(one => one.Adapter == this))
        {
            Leak("NdisMRegisterInterrupt", $"{who} left interrupt vector {interrupt.Vector} registered.", interrupt.Handle);
            Deregister(interrupt);
        }

        foreach (var range in Instance.PortRegistry.Of(this))
        {
            Leak("NdisMRegisterIoPortRange", $"{who} left {range.Count} ports from 0x{range.First:x} registered.");
            Instance.PortRegistry.Remove(range);
        }

        foreach (var space in Instance.IoSpaces.Of(this))
        {
            Leak("NdisMMapIoSpace", $"{who} left {space.Window.Length} bytes of registers at {space.Window.Start} mapped.");
            Instance.IoSpaces.Remove(space);
        }

        foreach (var configuration in Instance.Handles.All<OpenConfiguration>().Where(one => one.Adapter == this))
        {
            Leak("NdisOpenConfiguration", $"{who} left its configuration open.", configuration.Handle);
            Instance.Handles.Remove(configuration.Handle);
            configuration.Dispose();
        }

        GiveBackMapRegisters(who);
        GiveBackTimers(who);
        FreeRoom();
    }

    private void Leak(string call, string message, NDIS_HANDLE handle = default) =>
        Instance.Report(new NdisLeak(Driver.Name, call, message) { Site = Instance.Handles.SiteOf(handle) });

    /// <summary>Hardware that is gone makes its accesses fail; that is reported elsewhere and must not stop a halt.</summary>
    private static void Guarded(Action access)
    {
        try
        {
            access();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

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
