using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private static readonly TimeSpan s_requestPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_goneRequestPatience = TimeSpan.FromSeconds(1);

    private readonly Queue<AdapterRequest> _requests = new();

    // What functions that may pend get pointers to: a driver may write there until it completes what pends (MiniportQueryInformation, NDIS 5.1). BytesWritten or BytesRead, and
    // BytesNeeded, of the one request that the miniport has; then AddressingReset of its reset, and BytesTransferred of its transfers, which their completions tell anew.
    private readonly uint* _counts = (uint*)NativeMemory.AllocZeroed(4, sizeof(uint));
    private AdapterRequest? _request;
    private long _framesCountedBad;

    /// <summary>Queues a request; a miniport has one at a time. False where the adapter is gone.</summary>
    internal bool Request(AdapterRequest request) => Turn.Post(() =>
    {
        _requests.Enqueue(request);
        NextRequest();
    });

    /// <summary>NdisMQueryInformationComplete and NdisMSetInformationComplete.</summary>
    internal void EndRequest(NDIS_STATUS status, bool isSet, string call)
    {
        if (_request is not { } request || request.IsSet != isSet)
        {
            Report(NdisReportKind.BrokenRule, call, "No such request was pending.");
            return;
        }

        Finish(request, status);
        Turn.Post(NextRequest);
    }

    private void NextRequest()
    {
        while (_request is null && _requests.TryDequeue(out var request))
        {
            if (_state == AdapterState.Running && !Miniport.HasFaulted) Perform(request);
            else request.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
        }
    }

    private void Perform(AdapterRequest request)
    {
        _request = request;
        _counts[0] = _counts[1] = 0;
        var buffer = (void*)request.Buffer;
        var status = Call(HandlerOf(request), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () => request.IsSet
            ? Functions.SetInformationHandler!(Miniport.Context, request.Oid, buffer, request.Length, out _counts[0], out _counts[1])
            : Functions.QueryInformationHandler!(Miniport.Context, request.Oid, buffer, request.Length, out _counts[0], out _counts[1]));
        // A driver may have completed it by the time that it returns.
        if (status != NDIS_STATUS_PENDING && _request == request) Finish(request, status);
    }

    private void Finish(AdapterRequest request, NDIS_STATUS status)
    {
        _request = null;
        var (bytes, needed) = (_counts[0], _counts[1]);
        if (bytes > request.Length)
        {
            Report(
                NdisReportKind.BrokenRule,
                HandlerOf(request),
                $"OID 0x{request.Oid:x8}: the driver says that it used {bytes} bytes of a buffer of {request.Length}.");
            bytes = request.Length;
        }

        request.Done(status, bytes, needed);
    }

    /// <summary>Asks for a short value in the serial context, and waits where the driver answers later; empty where it does not know the OID, or does not answer.</summary>
    private ReadOnlySpan<byte> Query(uint oid, int length)
    {
        if (_request is not null || Miniport.HasFaulted) return [];
        var buffer = NativeMemory.AllocZeroed((nuint)length);
        byte[] answer = [];
        Perform(new AdapterRequest(oid, IsSet: false, (nint)buffer, (uint)length, (status, bytes, _) =>
        {
            if (status == NDIS_STATUS_SUCCESS) answer = new ReadOnlySpan<byte>(buffer, (int)bytes).ToArray();
            NativeMemory.Free(buffer);
        }));
        WaitForRequest();
        return answer;
    }

    private static string HandlerOf(AdapterRequest request) => request.IsSet ? nameof(Functions.SetInformationHandler) : nameof(Functions.QueryInformationHandler);

    private MacAddress? QueryMacAddress()
    {
        var address = Query(NdisLibrary.OID_802_3_CURRENT_ADDRESS, 6);
        return address.Length == 6 ? new MacAddress(address) : null;
    }

    private void CountBadFrames()
    {
        if (!_initialized || Machine.Gone.IsCompleted) return;
        ReadOnlySpan<uint> counters = [NdisLibrary.OID_GEN_XMIT_ERROR, NdisLibrary.OID_GEN_RCV_ERROR, NdisLibrary.OID_GEN_RCV_NO_BUFFER];
        var bad = 0L;
        foreach (var oid in counters)
        {
            var count = Query(oid, sizeof(uint));
            if (count.Length == sizeof(uint)) bad += MemoryMarshal.Read<uint>(count);
        }

        // All ones that a device answers which is not there any more are no count.
        if (Bus.IsDevicePresent()) Interlocked.Exchange(ref _framesCountedBad, bad);
    }

    /// <summary>
    /// Waits until what the miniport was asked is answered, as it is before MiniportHalt. One that leaves that to its MiniportHalt is given time.
    /// </summary>
    private void WaitForRequest()
    {
        if (_request is null || !_initialized || Miniport.HasFaulted) return;
        Turn.RunWhileWaiting(Machine.Gone.IsCompleted ? s_goneRequestPatience : s_requestPatience, timersToo: true, () => _request is null || Miniport.HasFaulted);
    }

    /// <summary>After MiniportHalt: nothing of the driver's can complete it any more.</summary>
    private void AbortRequest()
    {
        if (_request is not { } pending) return;
        _request = null;
        Report(
            NdisReportKind.BrokenRule,
            HandlerOf(pending),
            $"OID 0x{pending.Oid:x8}: the request pended, and the driver had not completed it when MiniportHalt returned.");
        pending.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
    }

    private void AbortQueuedRequests()
    {
        while (_requests.TryDequeue(out var request)) request.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
    }
}
