using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>A protocol's NDIS_REQUEST whose answer the caller waits for; one at a time, and none before the last one is answered. The value has 4 bytes.</summary>
internal sealed unsafe class WaitedRequest : IDisposable
{
    private const uint Size = 512;

    private readonly ManualResetEventSlim _answered = new();
    private NDIS_REQUEST* _request;
    private volatile bool _isOut;
    private NDIS_STATUS _answer;

    /// <exception cref="AdapterException">There is no memory for it.</exception>
    public void Make()
    {
        var status = NdisAllocateMemory(out var memory, Size, 0, NDIS_PHYSICAL_ADDRESS.None);
        if (status != NDIS_STATUS_SUCCESS)
        {
            string reason = $"There is no memory for a request: {nameof(NdisAllocateMemory)} returned {status.Describe()}.";
            throw new AdapterException(reason, status, []);
        }

        _request = (NDIS_REQUEST*)memory;
    }

    /// <summary>The answer to an OID that asks for a number; null where the miniport has none.</summary>
    public uint? Query(OpenBinding binding, uint oid, TimeSpan patience) =>
        Perform(NDIS_REQUEST_TYPE.NdisRequestQueryInformation, binding, oid, 0, patience) == NDIS_STATUS_SUCCESS ? *(uint*)(_request + 1) : null;

    /// <summary>Sets an OID to a number.</summary>
    public NDIS_STATUS Set(OpenBinding binding, uint oid, uint value, TimeSpan patience) =>
        Perform(NDIS_REQUEST_TYPE.NdisRequestSetInformation, binding, oid, value, patience);

    /// <summary>For ProtocolRequestComplete.</summary>
    public void Answer(NDIS_STATUS status)
    {
        _answer = status;
        _isOut = false;
        _answered.Set();
    }

    /// <summary>Gives its memory back, in the protocol's name. A miniport that has not answered still writes to it, and it stays.</summary>
    public void Free()
    {
        if (_isOut) return;
        if (_request is not null) NdisFreeMemory(_request, Size, 0);
        _request = null;
    }

    public void Dispose() => _answered.Dispose();

    private NDIS_STATUS Perform(NDIS_REQUEST_TYPE type, OpenBinding binding, uint oid, uint value, TimeSpan patience)
    {
        if (_isOut) return NDIS_STATUS_REQUEST_ABORTED;
        *_request = default;
        _request->RequestType = type;
        _request->Oid = oid;
        _request->InformationBuffer = _request + 1;
        _request->InformationBufferLength = sizeof(uint);
        *(uint*)(_request + 1) = value;
        _answered.Reset();
        _isOut = true;
        var status = binding.Request(_request);
        if (status != NDIS_STATUS_PENDING)
        {
            _isOut = false;
            return status;
        }

        return _answered.Wait(patience) ? _answer : NDIS_STATUS_REQUEST_ABORTED;
    }
}
