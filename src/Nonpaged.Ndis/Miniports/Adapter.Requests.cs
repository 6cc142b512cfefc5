using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private readonly Queue<AdapterRequest> _requests = new();
    private AdapterRequest? _request;
    private long _framesCountedBad;

    /// <summary>Queues a request; a miniport has one at a time. False where the adapter is gone.</summary>
    internal bool Request(AdapterRequest request) => _serial.Post(() =>
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

        _request = null;
        request.Done(status, status == NDIS_STATUS_SUCCESS ? request.Length : 0, 0);
        _serial.Post(NextRequest);
    }

    private void NextRequest()
    {
        if (_request is not null || !_requests.TryDequeue(out var request)) return;
        if (_state != AdapterState.Running || _faulted)
        {
            request.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
            NextRequest();
            return;
        }

        _request = request;
        var status = Perform(request, out var bytes, out var needed);
        if (status == NDIS_STATUS_PENDING) return;
        _request = null;
        request.Done(status, bytes, needed);
        NextRequest();
    }

    private NDIS_STATUS Perform(AdapterRequest request, out uint bytes, out uint needed)
    {
        uint done = 0, more = 0;
        var buffer = (void*)request.Buffer;
        var status = request.IsSet
            ? Call(nameof(Miniport.SetInformationHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
                Miniport.SetInformationHandler!(_miniportContext, request.Oid, buffer, request.Length, out done, out more))
            : Call(nameof(Miniport.QueryInformationHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
                Miniport.QueryInformationHandler!(_miniportContext, request.Oid, buffer, request.Length, out done, out more));
        if (done > request.Length)
        {
            Report(
                NdisReportKind.BrokenRule,
                request.IsSet ? nameof(Miniport.SetInformationHandler) : nameof(Miniport.QueryInformationHandler),
                $"OID 0x{request.Oid:x8}: the driver says that it used {done} bytes of a buffer of {request.Length}.");
            done = request.Length;
        }

        bytes = done;
        needed = more;
        return status;
    }

    /// <summary>Asks for a short value in the serial context; empty where the driver does not know the OID, or answers later.</summary>
    private ReadOnlySpan<byte> Query(uint oid, int length)
    {
        if (_request is not null || _faulted) return [];
        var buffer = NativeMemory.AllocZeroed((nuint)length);
        _request = new AdapterRequest(oid, IsSet: false, (nint)buffer, (uint)length, (_, _, _) => NativeMemory.Free(buffer));
        var status = Perform(_request, out var bytes, out _);
        if (status == NDIS_STATUS_PENDING) return [];
        _request = null;
        var answer = status == NDIS_STATUS_SUCCESS ? new ReadOnlySpan<byte>(buffer, (int)bytes).ToArray() : [];
        NativeMemory.Free(buffer);
        return answer;
    }

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
        if (IsDevicePresent()) Interlocked.Exchange(ref _framesCountedBad, bad);
    }

    private void AbortRequests()
    {
        if (_request is { } pending)
        {
            _request = null;
            pending.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
        }

        while (_requests.TryDequeue(out var request)) request.Done(NDIS_STATUS_REQUEST_ABORTED, 0, 0);
    }
}
