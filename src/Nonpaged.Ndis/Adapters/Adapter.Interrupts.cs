using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    // A level-triggered line that nobody dismisses would be served forever. Real systems mask it, too (Linux: "nobody cared").
    private const int UnrecognizedLimit = 1000;

    // Under load a line may stay up for as long as there are frames; each of these calls has cost the driver an access to its hardware.
    private const int UnacknowledgedLimit = 10_000;

    private static readonly TimeSpan s_untilEndIsKnown = TimeSpan.FromSeconds(5);

    private bool _expectsEnd;
    private int _unrecognized;
    private int _unacknowledged;
    private bool _deferred;
    private volatile bool _interruptMasked;

    internal MiniportInterrupt? Interrupt { get; private set; }

    /// <summary>Its line is not looked at any more.</summary>
    internal bool IsInterruptMasked => _interruptMasked;

    /// <summary>Why an interrupt may not be registered like this; null where it may.</summary>
    internal string? InterruptRuleBroken(bool asksIsr, uint vector)
    {
        if (Device.InterruptVector is not { } own)
            return $"Vector {vector} is not the device's, which has no interrupt.";
        if (vector != own) return $"Vector {vector} is not the device's, which is {own}.";
        if (Functions.ISRHandler is null || Functions.HandleInterruptHandler is null)
            return "A miniport that registers an interrupt needs an ISRHandler and a HandleInterruptHandler.";
        return !asksIsr && (Functions.EnableInterruptHandler is null || Functions.DisableInterruptHandler is null)
            ? "Without RequestIsr a miniport needs an EnableInterruptHandler and a DisableInterruptHandler."
            : null;
    }

    internal NDIS_STATUS Register(MiniportInterrupt interrupt)
    {
        if (Interrupt is not null) return NDIS_STATUS_RESOURCE_CONFLICT;
        interrupt.Handle = Instance.Handles.Add(interrupt);
        Interrupt = interrupt;
        _interruptMasked = false;
        interrupt.Line.Raised += Turn.Signal;
        Turn.Signal();
        return NDIS_STATUS_SUCCESS;
    }

    internal void Deregister(MiniportInterrupt interrupt)
    {
        interrupt.Line.Raised -= Turn.Signal;
        Instance.Handles.Remove(interrupt.Handle);
        if (Interrupt == interrupt) Interrupt = null;
    }

    internal bool Synchronize(SYNCHRONIZE_FUNCTION function, void* context) =>
        Call(nameof(NdisLibrary.NdisMSynchronizeWithInterrupt), Irql.DIRQL, false, () => function(context));

    private void ServeInterrupt()
    {
        // Deferred handling that an ISR asked for while a function of the driver ran at DISPATCH_LEVEL.
        if (_deferred && !Miniport.HasFaulted && CallContext.CurrentIrql < Irql.DISPATCH_LEVEL) HandleInterrupt();
        if (Miniport.HasFaulted || _interruptMasked || Machine.Gone.IsCompleted || Interrupt is not { } interrupt || !IsRaised(interrupt)) return;

        var (recognized, queue) = interrupt.RequestIsr || _state != AdapterState.Running ? AskIsr() : DisableInterrupt();
        if (queue && !Miniport.HasFaulted)
        {
            if (CallContext.CurrentIrql < Irql.DISPATCH_LEVEL) HandleInterrupt();
            else _deferred = true;
        }

        FlushPosted();
        interrupt.Line.EndOfInterrupt();
        CountUnrecognized(recognized, interrupt);
        CountUnacknowledged(interrupt);
        // The line is level-triggered and has no edge while it stays up.
        if (interrupt.Line.IsRaised || _deferred) Turn.Signal();
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
        if (!Bus.MayWriteMemory) Machine.Ports.Flush();
    }

    private (bool Recognized, bool Queue) AskIsr() => Call(nameof(Functions.ISRHandler), Irql.DIRQL, (false, false), () =>
    {
        Functions.ISRHandler!(out var recognized, out var queue, Miniport.Context);
        return (recognized, recognized && queue);
    });

    /// <summary>A miniport that did not ask for its ISR has its interrupts disabled, and its deferred function told of each.</summary>
    private (bool Recognized, bool Queue) DisableInterrupt()
    {
        Call(nameof(Functions.DisableInterruptHandler), Irql.DIRQL, () => Functions.DisableInterruptHandler!(Miniport.Context));
        return (true, true);
    }

    private void HandleInterrupt()
    {
        _deferred = false;
        Call(nameof(Functions.HandleInterruptHandler), Irql.DISPATCH_LEVEL, () => Functions.HandleInterruptHandler!(Miniport.Context));
        if (Miniport.HasFaulted || Interrupt is null) return;
        if (Functions.EnableInterruptHandler is { } enable)
            Call(nameof(Functions.EnableInterruptHandler), Irql.DISPATCH_LEVEL, () => enable(Miniport.Context));
        EndReceive();
        SendAfterInterrupt();
    }

    /// <summary>An ISR that recognizes its interrupt but never dismisses it would keep a real system from ever doing anything else.</summary>
    private void CountUnacknowledged(MiniportInterrupt interrupt)
    {
        _unacknowledged = interrupt.Line.IsRaised ? _unacknowledged + 1 : 0;
        if (_unacknowledged < UnacknowledgedLimit || _interruptMasked) return;
        MaskInterrupt($"Interrupt vector {interrupt.Vector} stayed raised through {UnacknowledgedLimit} calls of the ISR in a row: the driver does not acknowledge it. It is masked.");
    }

    private void CountUnrecognized(bool recognized, MiniportInterrupt interrupt)
    {
        _unrecognized = recognized ? 0 : _unrecognized + 1;
        if (_unrecognized < UnrecognizedLimit || _interruptMasked) return;
        MaskInterrupt($"Interrupt vector {interrupt.Vector} stayed raised, and was not recognized {UnrecognizedLimit} times in a row. It is masked.");
    }

    /// <summary>The driver is blamed only where its device answers.</summary>
    private void MaskInterrupt(string blame)
    {
        _interruptMasked = true;
        if (Bus.IsDevicePresent()) Report(NdisReportKind.BrokenRule, nameof(Functions.ISRHandler), blame);
        else ExpectEnd();
    }

    /// <summary>
    /// Hardware that goes away reads as all ones for as long as it takes until its machine knows; that is reported then, and the adapter halted. A machine that does not
    /// come to know it has a device that is there and dead.
    /// </summary>
    private void ExpectEnd()
    {
        if (_expectsEnd) return;
        _expectsEnd = true;
        Turn.Schedule(s_untilEndIsKnown, () =>
        {
            _expectsEnd = false;
            if (_state != AdapterState.Running || Machine.Gone.IsCompleted || Bus.IsDevicePresent()) return;
            Report(NdisReportKind.HardwareGone, "Machine",
                $"{Device.Place} does not answer any more: its configuration space reads as all ones. The adapter is halted.");
            NotifySurpriseRemoval();
            RemoveLater();
        });
    }
}
