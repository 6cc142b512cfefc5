using System.Runtime.InteropServices;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>Queries and sets of OIDs on their way to a miniport, which has one at a time.</summary>
internal sealed unsafe class OidQueue(
    Machine machine, BusControl bus, Miniport miniport, Turn turn, IAdapterLife life, DriverReports reports) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_gonePatience = TimeSpan.FromSeconds(1);

    private readonly Queue<AdapterRequest> _queue = new();

    // BytesWritten or BytesRead, and BytesNeeded, of the pending request. A driver may write there until it completes what
    // pends, so they cannot lie on a stack (MiniportQueryInformation, NDIS 5.1).
    private readonly uint* _counts = (uint*)NativeMemory.AllocZeroed(2, sizeof(uint));
    private AdapterRequest? _pending;
    private long _framesCountedBad;

    /// <summary>Frames that the miniport counted as bad, as of its halt.</summary>
    public long FramesCountedBad => Interlocked.Read(ref _framesCountedBad);

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>Queues a request. False where the adapter is gone.</summary>
    public bool Request(AdapterRequest request) => turn.Post(() =>
    {
        _queue.Enqueue(request);
        Next();
    });

    /// <summary>NdisMQueryInformationComplete and NdisMSetInformationComplete.</summary>
    public void EndRequest(NDIS_STATUS status, bool isSet, string call)
    {
        if (_pending is not { } request || request.IsSet != isSet)
        {
            reports.Report(NdisReportKind.BrokenRule, call, "No such request was pending.");
            return;
        }

        Finish(request, status);
        turn.Post(Next);
    }

    /// <summary>
    /// Asks for a short value while the caller has the turn, and waits where the driver answers later; empty where it does not
    /// know the OID, or does not answer.
    /// </summary>
    public ReadOnlySpan<byte> Query(uint oid, int length)
    {
        if (_pending is not null || miniport.HasFaulted) return [];
        var memory = new RequestMemory(new byte[length]);
        byte[] answer = [];
        Perform(new AdapterRequest(oid, isSet: false, memory, (status, bytes, _) =>
        {
            if (status == NDIS_STATUS_SUCCESS) answer = memory.Bytes[..(int)bytes].ToArray();
            memory.End();
        }));
        WaitForPending();
        return answer;
    }

    /// <summary>Sets a short value while the caller has the turn, and waits where the driver answers later.</summary>
    public NDIS_STATUS Set(uint oid, uint value) => Ask(oid, value, isSet: true);

    /// <summary>As <see cref="Set"/>, for an OID that is a question with a value.</summary>
    public NDIS_STATUS Ask(uint oid, uint value) => Ask(oid, value, isSet: false);

    private NDIS_STATUS Ask(uint oid, uint value, bool isSet)
    {
        WaitForPending();
        if (_pending is not null || miniport.HasFaulted) return NDIS_STATUS_FAILURE;
        NDIS_STATUS answer = NDIS_STATUS_FAILURE;
        var memory = new RequestMemory(BitConverter.GetBytes(value));
        Perform(new AdapterRequest(oid, isSet, memory, (status, _, _) =>
        {
            answer = status;
            memory.End();
        }));
        WaitForPending();
        return answer;
    }

    public MacAddress? QueryMacAddress()
    {
        ReadOnlySpan<byte> address = Query(NdisLibrary.OID_802_3_CURRENT_ADDRESS, 6);
        return address.Length == 6 ? new MacAddress(address) : null;
    }

    public void CountBadFrames()
    {
        if (machine.Gone.IsCompleted) return;
        ReadOnlySpan<uint> counters =
            [NdisLibrary.OID_GEN_XMIT_ERROR, NdisLibrary.OID_GEN_RCV_ERROR, NdisLibrary.OID_GEN_RCV_NO_BUFFER];
        long bad = 0L;
        foreach (uint oid in counters)
        {
            ReadOnlySpan<byte> count = Query(oid, sizeof(uint));
            if (count.Length == sizeof(uint)) bad += MemoryMarshal.Read<uint>(count);
        }

        // A device that is gone reads as all ones, which is no count.
        if (bus.IsDevicePresent()) Interlocked.Exchange(ref _framesCountedBad, bad);
    }

    /// <summary>
    /// Waits until the miniport has answered, as it is before MiniportHalt. One that leaves that to its MiniportHalt is given
    /// time.
    /// </summary>
    public void WaitForPending()
    {
        if (_pending is null || miniport.HasFaulted) return;
        turn.RunWhileWaiting(
            machine.Gone.IsCompleted ? s_gonePatience : s_patience,
            timersToo: true,
            () => _pending is null || miniport.HasFaulted);
    }

    /// <summary>The card is gone, and the miniport halted: nothing is answered any more.</summary>
    public void Lose()
    {
        if (_pending is { } pending)
        {
            _pending = null;
            pending.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
        }

        AbortQueued();
    }

    /// <summary>After MiniportHalt: nothing of the driver's can complete it any more.</summary>
    public void AbortPending()
    {
        if (_pending is not { } pending) return;
        _pending = null;
        reports.Report(
            NdisReportKind.BrokenRule,
            HandlerOf(pending),
            $"OID 0x{pending.Oid:x8}: the request pended, and the driver had not completed it when MiniportHalt returned.");
        pending.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
    }

    public void AbortQueued()
    {
        while (_queue.TryDequeue(out AdapterRequest? request)) request.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
    }

    /// <summary>Frees what the miniport's functions wrote to: after its halt.</summary>
    public void Dispose() => NativeMemory.Free(_counts);

    private static string HandlerOf(AdapterRequest request) =>
        request.IsSet ? nameof(Functions.SetInformationHandler) : nameof(Functions.QueryInformationHandler);

    private static string CompletionOf(AdapterRequest request) =>
        request.IsSet ? nameof(NdisLibrary.NdisMSetInformationComplete) : nameof(NdisLibrary.NdisMQueryInformationComplete);

    private void Next()
    {
        while (_pending is null && _queue.TryDequeue(out AdapterRequest? request))
        {
            if (life.State == AdapterState.Running && !miniport.HasFaulted) Perform(request);
            else request.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
        }
    }

    private void Perform(AdapterRequest request)
    {
        _pending = request;
        _counts[0] = _counts[1] = 0;
        void* buffer = (void*)request.Buffer;
        (uint oid, uint length) = (request.Oid, request.Length);
        request.Memory?.Enter();
        NDIS_STATUS status = miniport.Call(HandlerOf(request), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () => request.IsSet
            ? Functions.SetInformationHandler!(miniport.Context, oid, buffer, length, out _counts[0], out _counts[1])
            : Functions.QueryInformationHandler!(miniport.Context, oid, buffer, length, out _counts[0], out _counts[1]));
        request.Memory?.Leave();
        if (status == NDIS_STATUS_PENDING) return;
        if (_pending == request) Finish(request, status);
        else if (life.State == AdapterState.Running && !miniport.HasFaulted) ReportTwice(request);
    }

    private void ReportTwice(AdapterRequest request) => reports.Report(
        NdisReportKind.BrokenRule,
        HandlerOf(request),
        $"OID 0x{request.Oid:x8}: the driver completed the request by {CompletionOf(request)}, and by the status that it "
            + "returned again: after the first its buffer is not there any more.");

    private void Finish(AdapterRequest request, NDIS_STATUS status)
    {
        _pending = null;
        (uint bytes, uint needed) = (_counts[0], _counts[1]);
        if (bytes > request.Length)
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                HandlerOf(request),
                $"OID 0x{request.Oid:x8}: the driver says that it used {bytes} bytes of a buffer of {request.Length}.");
            bytes = request.Length;
        }

        request.Done(status, bytes, needed);
    }
}
