using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol's NDIS_REQUEST with its value, in memory of NdisAllocateMemory. One at a time is made with it, and none before the
/// last one is answered.
/// </summary>
/// <param name="size">Bytes for both.</param>
internal sealed unsafe class OidRequest(uint size)
{
    private NDIS_REQUEST* _request;
    private volatile bool _isOut;
    private TaskCompletionSource<NDIS_STATUS> _answer = new();

    /// <summary>The value, with all the room there is for it: to set before a request, or as the answer to one.</summary>
    public Span<byte> Value => new(_request + 1, (int)size - sizeof(NDIS_REQUEST));

    /// <summary>How much of <see cref="Value"/> the miniport filled.</summary>
    public uint BytesWritten => _request->BytesWritten;

    /// <exception cref="AdapterException">There is no memory for it.</exception>
    public void Make()
    {
        NDIS_STATUS status = NdisAllocateMemory(out void* memory, size, 0, NDIS_PHYSICAL_ADDRESS.None);
        if (status != NDIS_STATUS_SUCCESS)
        {
            string reason = $"There is no memory for a request: {nameof(NdisAllocateMemory)} returned {status.Describe()}.";
            throw new AdapterException(reason, status, []);
        }

        _request = (NDIS_REQUEST*)memory;
    }

    /// <summary>The answer to an OID that asks for a number; null where the miniport has none.</summary>
    public uint? Query(BindingHandle binding, uint oid, TimeSpan patience)
    {
        if (_isOut) return null;
        Value[..sizeof(uint)].Clear();
        NDIS_STATUS status = Perform(binding, NDIS_REQUEST_TYPE.NdisRequestQueryInformation, oid, sizeof(uint), patience);
        return status == NDIS_STATUS_SUCCESS ? BitConverter.ToUInt32(Value) : null;
    }

    /// <summary>Sets an OID to a number.</summary>
    public NDIS_STATUS Set(BindingHandle binding, uint oid, uint value, TimeSpan patience)
    {
        if (_isOut) return NDIS_STATUS_REQUEST_ABORTED;
        BitConverter.TryWriteBytes(Value, value);
        return Perform(binding, NDIS_REQUEST_TYPE.NdisRequestSetInformation, oid, sizeof(uint), patience);
    }

    /// <summary>Makes the request, and waits: NDIS_STATUS_REQUEST_ABORTED where there is no answer in that time.</summary>
    public NDIS_STATUS Perform(BindingHandle binding, NDIS_REQUEST_TYPE type, uint oid, uint length, TimeSpan patience)
    {
        if (_isOut) return NDIS_STATUS_REQUEST_ABORTED;
        Task<NDIS_STATUS> answer = Begin(binding, type, oid, length);
        return answer.Wait(patience) ? answer.Result : NDIS_STATUS_REQUEST_ABORTED;
    }

    /// <summary>Makes the request. The status is the miniport's, or NDIS's where it refuses the request.</summary>
    public Task<NDIS_STATUS> Begin(BindingHandle binding, NDIS_REQUEST_TYPE type, uint oid, uint length)
    {
        *_request = default;
        _request->RequestType = type;
        _request->Oid = oid;
        _request->InformationBuffer = _request + 1;
        _request->InformationBufferLength = length;
        _answer = new TaskCompletionSource<NDIS_STATUS>(TaskCreationOptions.RunContinuationsAsynchronously);
        _isOut = true;
        Task<NDIS_STATUS> answer = _answer.Task;
        NDIS_STATUS status = binding.Request(_request);
        if (status != NDIS_STATUS_PENDING) Answer(status);
        return answer;
    }

    /// <summary>For ProtocolRequestComplete.</summary>
    public void Answer(NDIS_STATUS status)
    {
        _isOut = false;
        _answer.TrySetResult(status);
    }

    /// <summary>
    /// Frees its memory, in the protocol's name. A miniport that has not answered still writes to it, and it stays.
    /// </summary>
    public void Free()
    {
        if (_isOut) return;
        if (_request is not null) NdisFreeMemory(_request, size, 0);
        _request = null;
    }
}
