using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>Events of power and plug and play on their way to protocols, which answer at once or later. Thread-safe.</summary>
internal sealed unsafe class PnPEvents(NdisInstance instance)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Those whose answer is awaited, by the event's address.
    private readonly ConcurrentDictionary<nint, NDIS_STATUS?> _pending = new();

    /// <summary>
    /// Tells a protocol, for one of its bindings or for all, and waits for its answer. NDIS_STATUS_NOT_SUPPORTED where it has no
    /// function for events.
    /// </summary>
    public NDIS_STATUS Tell(ProtocolRegistration protocol, Binding? binding, NET_PNP_EVENT_CODE code, ReadOnlySpan<byte> buffer)
    {
        if (protocol.Characteristics.PnPEventHandler is not { } handler) return NDIS_STATUS_NOT_SUPPORTED;
        var told = (NET_PNP_EVENT*)NativeMemory.AllocZeroed((nuint)(sizeof(NET_PNP_EVENT) + buffer.Length));
        told->NetEvent = code;
        told->Buffer = buffer.IsEmpty ? null : told + 1;
        told->BufferLength = (uint)buffer.Length;
        buffer.CopyTo(new Span<byte>(told + 1, buffer.Length));
        _pending[(nint)told] = null;
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        protocol.Call(nameof(protocol.Characteristics.PnPEventHandler), Irql.PASSIVE_LEVEL, () =>
            status = handler(binding?.Context ?? default, told));
        if (status == NDIS_STATUS_PENDING) status = Await((nint)told, protocol, code);
        // One that never answers may still look at its event.
        if (!_pending.TryRemove((nint)told, out _)) return status;
        NativeMemory.Free(told);
        return status;
    }

    /// <summary>NdisCompletePnPEvent. False where no such event is awaited.</summary>
    public bool Complete(nint told, NDIS_STATUS status)
    {
        if (!_pending.TryUpdate(told, status, null)) return false;
        instance.Wake();
        return true;
    }

    private NDIS_STATUS Await(nint told, ProtocolRegistration protocol, NET_PNP_EVENT_CODE code)
    {
        if (instance.WaitUntil(s_patience, () => _pending[told] is not null)) return _pending[told]!.Value;
        _pending.TryRemove(told, out _);
        instance.Report(
            NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisCompletePnPEvent), protocol.Driver,
            $"The protocol has not completed {code} after {s_patience.TotalSeconds:0} s.");
        return NDIS_STATUS_FAILURE;
    }
}
