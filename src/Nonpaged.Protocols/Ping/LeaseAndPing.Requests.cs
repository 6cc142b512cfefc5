namespace Nonpaged.Protocols;

public sealed unsafe partial class LeaseAndPing
{
    private const uint RequestBufferSize = 64;

    private readonly SemaphoreSlim _requestGate = new(1);
    private NDIS_REQUEST* _request;
    private TaskCompletionSource<NDIS_STATUS> _answer = new();

    private void Ask(uint oid, NDIS_REQUEST_TYPE type, byte[] value)
    {
        *_request = default;
        _request->RequestType = type;
        _request->Oid = oid;
        _request->InformationBuffer = _request + 1;
        _request->InformationBufferLength = (uint)value.Length;
        value.CopyTo(new Span<byte>(_request + 1, (int)RequestBufferSize));
        var status = _binding.Request(_request);
        if (status != NDIS_STATUS_PENDING) _answer.TrySetResult(status);
    }

    private byte[] RequestValue(int length) => new ReadOnlySpan<byte>(_request + 1, length).ToArray();

    private void OnAnswered(NDIS_REQUEST* request, NDIS_STATUS status)
    {
        if (request == _request) _answer.TrySetResult(status);
    }
}
