using System.Buffers.Binary;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    // A level-triggered line that nobody dismisses would be served forever. Real systems mask it, too (Linux: "nobody cared").
    private const int UnrecognizedLimit = 1000;

    // Under load a line may stay up for as long as there are frames; each of these calls has cost the driver an access to its hardware.
    private const int UnacknowledgedLimit = 10_000;

    // PCI Local Bus Specification, section 6.1: the vendor identification that no device has. A function that does not answer reads as all ones.
    private const ushort NobodyThere = 0xffff;

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
        if (Miniport.ISRHandler is null || Miniport.HandleInterruptHandler is null)
            return "A miniport that registers an interrupt needs an ISRHandler and a HandleInterruptHandler.";
        return !asksIsr && (Miniport.EnableInterruptHandler is null || Miniport.DisableInterruptHandler is null)
            ? "Without RequestIsr a miniport needs an EnableInterruptHandler and a DisableInterruptHandler."
            : null;
    }

    internal NDIS_STATUS Register(MiniportInterrupt interrupt)
    {
        if (Interrupt is not null) return NDIS_STATUS_RESOURCE_CONFLICT;
        interrupt.Handle = Instance.Handles.Add(interrupt);
        Interrupt = interrupt;
        _interruptMasked = false;
        interrupt.Line.Raised += _serial.Signal;
        _serial.Signal();
        return NDIS_STATUS_SUCCESS;
    }

    internal void Deregister(MiniportInterrupt interrupt)
    {
        interrupt.Line.Raised -= _serial.Signal;
        Instance.Handles.Remove(interrupt.Handle);
        if (Interrupt == interrupt) Interrupt = null;
    }

    internal bool Synchronize(SYNCHRONIZE_FUNCTION function, void* context) =>
        Call(nameof(NdisLibrary.NdisMSynchronizeWithInterrupt), Irql.DIRQL, false, () => function(context));

    private void ServeInterrupt()
    {
        // Deferred handling that an ISR asked for while a function of the driver ran at DISPATCH_LEVEL.
        if (_deferred && !_faulted && CallContext.CurrentIrql < Irql.DISPATCH_LEVEL) HandleInterrupt();
        if (_faulted || _interruptMasked || Machine.Gone.IsCompleted || Interrupt is not { } interrupt || !IsRaised(interrupt)) return;

        var (recognized, queue) = interrupt.RequestIsr || _state != AdapterState.Running ? AskIsr() : DisableInterrupt();
        if (queue && !_faulted)
        {
            if (CallContext.CurrentIrql < Irql.DISPATCH_LEVEL) HandleInterrupt();
            else _deferred = true;
        }

        FlushPosted();
        interrupt.Line.EndOfInterrupt();
        CountUnrecognized(recognized, interrupt);
        CountUnacknowledged(interrupt);
        // The line is level-triggered and has no edge while it stays up.
        if (interrupt.Line.IsRaised || _deferred) _serial.Signal();
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
        if (!MayWriteMemory) Machine.Ports.Flush();
    }

    private (bool Recognized, bool Queue) AskIsr() => Call(nameof(Miniport.ISRHandler), Irql.DIRQL, (false, false), () =>
    {
        Miniport.ISRHandler!(out var recognized, out var queue, _miniportContext);
        return (recognized, recognized && queue);
    });

    /// <summary>A miniport that did not ask for its ISR has its interrupts disabled, and its deferred function told of each.</summary>
    private (bool Recognized, bool Queue) DisableInterrupt()
    {
        Call(nameof(Miniport.DisableInterruptHandler), Irql.DIRQL, () => Miniport.DisableInterruptHandler!(_miniportContext));
        return (true, true);
    }

    private void HandleInterrupt()
    {
        _deferred = false;
        Call(nameof(Miniport.HandleInterruptHandler), Irql.DISPATCH_LEVEL, () => Miniport.HandleInterruptHandler!(_miniportContext));
        if (_faulted || Interrupt is null) return;
        if (Miniport.EnableInterruptHandler is { } enable)
            Call(nameof(Miniport.EnableInterruptHandler), Irql.DISPATCH_LEVEL, () => enable(_miniportContext));
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
        if (IsDevicePresent()) Report(NdisReportKind.BrokenRule, nameof(Miniport.ISRHandler), blame);
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
        _serial.Schedule(s_untilEndIsKnown, () =>
        {
            _expectsEnd = false;
            if (_state != AdapterState.Running || Machine.Gone.IsCompleted || IsDevicePresent()) return;
            Report(NdisReportKind.HardwareGone, "Machine",
                $"{Device.Place} does not answer any more: its configuration space reads as all ones. The adapter is halted.");
            NotifySurpriseRemoval();
            RemoveLater();
        });
    }

    private bool IsDevicePresent()
    {
        // No other device can be asked whether it is there.
        if (Device is not PciDevice function) return true;
        var vendor = NobodyThere;
        Guarded(() =>
        {
            Span<byte> bytes = stackalloc byte[sizeof(ushort)];
            function.ReadConfiguration(0, bytes);
            vendor = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        });
        return vendor != NobodyThere;
    }
}
