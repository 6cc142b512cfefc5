using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>An adapter's interrupt: its ISR, the deferred handling, and a line that the driver never lowers.</summary>
internal sealed unsafe class InterruptService(
    NdisInstance instance,
    Machine machine,
    MachineDevice device,
    BusControl bus,
    SurpriseRemoval removal,
    Miniport miniport,
    ReceivePath receives,
    SendQueue sends,
    Turn turn,
    IAdapterLife life,
    DriverReports reports)
{
    // A level-triggered line that nobody dismisses would be served forever. Real systems mask it, too (Linux: "nobody cared").
    private const int UnrecognizedLimit = 1000;

    // Under load a line may stay up for as long as there are frames; each of these calls has cost the driver an access to its
    // hardware.
    private const int UnacknowledgedLimit = 10_000;

    private long _served;
    private int _unrecognized;
    private int _unacknowledged;
    private bool _deferred;
    private volatile bool _isMasked;

    /// <summary>What NdisMRegisterInterrupt registered; null where nothing is.</summary>
    public MiniportInterrupt? Registered { get; private set; }

    /// <summary>Its line is not looked at any more.</summary>
    public bool IsMasked => _isMasked;

    /// <summary>How many interrupts were served.</summary>
    public long Served => Interlocked.Read(ref _served);

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>Why an interrupt may not be registered like this; null where it may.</summary>
    public string? RuleBroken(bool asksIsr, uint vector)
    {
        if (device.InterruptVector is not { } own)
            return $"Vector {vector} is not the device's, which has no interrupt.";
        if (vector != own) return $"Vector {vector} is not the device's, which is {own}.";
        if (Functions.ISRHandler is null || Functions.HandleInterruptHandler is null)
            return "A miniport that registers an interrupt needs an ISRHandler and a HandleInterruptHandler.";
        return !asksIsr && (Functions.EnableInterruptHandler is null || Functions.DisableInterruptHandler is null)
            ? "Without RequestIsr a miniport needs an EnableInterruptHandler and a DisableInterruptHandler."
            : null;
    }

    public NDIS_STATUS Register(MiniportInterrupt interrupt)
    {
        if (Registered is not null) return NDIS_STATUS_RESOURCE_CONFLICT;
        interrupt.Handle = instance.Handles.Add(interrupt);
        Registered = interrupt;
        _isMasked = false;
        interrupt.Line.Raised += turn.Signal;
        turn.Signal();
        return NDIS_STATUS_SUCCESS;
    }

    public void Deregister(MiniportInterrupt interrupt)
    {
        interrupt.Line.Raised -= turn.Signal;
        instance.Handles.Remove(interrupt.Handle);
        if (Registered == interrupt) Registered = null;
    }

    public bool Synchronize(SYNCHRONIZE_FUNCTION function, void* context) =>
        miniport.Call(nameof(NdisLibrary.NdisMSynchronizeWithInterrupt), Irql.DIRQL, false, () => function(context));

    /// <summary>Serves the line, if it is raised. Runs when the turn was signalled.</summary>
    public void Serve()
    {
        // Deferred handling that an ISR asked for while a function of the driver ran at DISPATCH_LEVEL.
        if (_deferred && !miniport.HasFaulted && CallContext.CurrentIrql < Irql.DISPATCH_LEVEL) HandleInterrupt();
        if (miniport.HasFaulted || _isMasked || machine.Gone.IsCompleted) return;
        if (Registered is not { } interrupt || !IsRaised(interrupt)) return;

        Interlocked.Increment(ref _served);
        (bool recognized, bool queue) = interrupt.RequestIsr || life.State != AdapterState.Running ? AskIsr()
            : DisableInterrupt();
        if (queue && !miniport.HasFaulted)
        {
            if (CallContext.CurrentIrql < Irql.DISPATCH_LEVEL) HandleInterrupt();
            else _deferred = true;
        }

        FlushPosted();
        interrupt.Line.EndOfInterrupt();
        CountUnrecognized(recognized, interrupt);
        CountUnacknowledged(interrupt);
        // The line is level-triggered and has no edge while it stays up.
        if (interrupt.Line.IsRaised || _deferred) turn.Signal();
    }

    /// <summary>
    /// Has MiniportISR look at its device when another device has raised the line that they share: whether it takes that for its
    /// own. Null where it has no such function, or its own is raised. In the adapter's turn.
    /// </summary>
    public bool? TakesForeign()
    {
        if (Registered is not { RequestIsr: true } interrupt || IsRaised(interrupt) || miniport.HasFaulted) return null;
        return AskIsr().Recognized;
    }

    /// <summary>A line that the driver has lowered in the meantime is not served.</summary>
    private bool IsRaised(MiniportInterrupt interrupt)
    {
        if (!interrupt.Line.IsRaised) return false;
        FlushPosted();
        return interrupt.Line.IsRaised;
    }

    private void FlushPosted()
    {
        if (!bus.MayWriteMemory) machine.Ports.Flush();
    }

    private (bool Recognized, bool Queue) AskIsr()
    {
        return miniport.Call(nameof(Functions.ISRHandler), Irql.DIRQL, (false, false), () =>
        {
            Functions.ISRHandler!(out bool recognized, out bool queue, miniport.Context);
            return (recognized, recognized && queue);
        });
    }

    /// <summary>
    /// A miniport that did not ask for its ISR has its interrupts disabled, and its deferred function told of each.
    /// </summary>
    private (bool Recognized, bool Queue) DisableInterrupt()
    {
        miniport.Call(nameof(Functions.DisableInterruptHandler), Irql.DIRQL, () =>
            Functions.DisableInterruptHandler!(miniport.Context));
        return (true, true);
    }

    private void HandleInterrupt()
    {
        _deferred = false;
        miniport.Call(nameof(Functions.HandleInterruptHandler), Irql.DISPATCH_LEVEL, () =>
            Functions.HandleInterruptHandler!(miniport.Context));
        if (miniport.HasFaulted || Registered is null) return;
        if (Functions.EnableInterruptHandler is { } enable)
            miniport.Call(nameof(Functions.EnableInterruptHandler), Irql.DISPATCH_LEVEL, () => enable(miniport.Context));
        receives.EndReceive();
        sends.SendAfterInterrupt();
    }

    /// <summary>
    /// An ISR that recognizes its interrupt but never dismisses it would keep a real system from ever doing anything else.
    /// </summary>
    private void CountUnacknowledged(MiniportInterrupt interrupt)
    {
        _unacknowledged = interrupt.Line.IsRaised ? _unacknowledged + 1 : 0;
        if (_unacknowledged < UnacknowledgedLimit || _isMasked) return;
        Mask(
            $"Interrupt vector {interrupt.Vector} stayed raised through {UnacknowledgedLimit} calls of the ISR in a row: "
            + "the driver does not acknowledge it. It is masked.");
    }

    private void CountUnrecognized(bool recognized, MiniportInterrupt interrupt)
    {
        _unrecognized = recognized ? 0 : _unrecognized + 1;
        if (_unrecognized < UnrecognizedLimit || _isMasked) return;
        Mask(
            $"Interrupt vector {interrupt.Vector} stayed raised, and was not recognized {UnrecognizedLimit} times in a row. "
            + "It is masked.");
    }

    /// <summary>The driver is blamed only where its device answers.</summary>
    private void Mask(string blame)
    {
        _isMasked = true;
        if (bus.IsDevicePresent()) reports.Report(NdisReportKind.BrokenRule, nameof(Functions.ISRHandler), blame);
        else removal.Expect();
    }

    /// <summary>Reports and takes back what the driver left registered.</summary>
    public void GiveBack(string who)
    {
        if (Registered is not { } interrupt) return;
        reports.Leak("NdisMRegisterInterrupt", $"{who} left interrupt vector {interrupt.Vector} registered.", interrupt.Handle);
        Deregister(interrupt);
    }
}
