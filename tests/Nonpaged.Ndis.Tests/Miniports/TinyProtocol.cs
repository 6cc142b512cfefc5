using System.Collections.Concurrent;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>A protocol that notes what it gets.</summary>
internal sealed unsafe class TinyProtocol : IDisposable
{
    private readonly NdisInstance _ndis;
    private readonly Driver _driver = new("tinyprotocol", DriverKind.Protocol);
    private NDIS_HANDLE _protocol;
    private NDIS_HANDLE _pool;

    public TinyProtocol(
        NdisInstance ndis, Adapter adapter, bool unbinds = true, Action<NDIS_PROTOCOL_CHARACTERISTICS>? change = null)
    {
        _ndis = ndis;
        ndis.Run(_driver, () => Open(adapter, unbinds, change));
    }

    public NDIS_HANDLE Binding { get; private set; }

    public ConcurrentQueue<(nint Packet, NDIS_STATUS Status)> Sent { get; } = new();

    public ConcurrentQueue<byte[]> Frames { get; } = new();

    public ConcurrentQueue<NDIS_STATUS> Answers { get; } = new();

    public ConcurrentQueue<NDIS_STATUS> Resets { get; } = new();

    public ConcurrentQueue<NDIS_STATUS> Statuses { get; } = new();

    public ConcurrentQueue<(nint Packet, NDIS_STATUS Status, uint Bytes)> Transfers { get; } = new();

    /// <summary>What it does with a frame's receive context and its bytes behind the header; null notes the frame.</summary>
    public Action<NDIS_HANDLE, uint>? Receive { get; set; }

    /// <summary>Runs code in its name.</summary>
    public void Run(Action code) => _ndis.Run(_driver, code);

    public nint NewPacket()
    {
        NDIS_PACKET* packet = null;
        _ndis.Run(_driver, () => NdisAllocatePacket(out _, out packet, _pool));
        return (nint)packet;
    }

    public NDIS_STATUS Send(nint packet)
    {
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        _ndis.Run(_driver, () => NdisSend(out status, Binding, (NDIS_PACKET*)packet));
        return status;
    }

    public void SetFilter(uint filter)
    {
        int before = Answers.Count;
        var request = new NDIS_REQUEST
        {
            RequestType = NDIS_REQUEST_TYPE.NdisRequestSetInformation,
            Oid = OID_GEN_CURRENT_PACKET_FILTER,
            InformationBuffer = &filter,
            InformationBufferLength = sizeof(uint),
        };
        nint address = (nint)(&request);
        _ndis.Run(_driver, () => NdisRequest(out _, Binding, (NDIS_REQUEST*)address));
        MiniportBench.Eventually(() => Answers.Count > before, "the request was not answered");
    }

    public void Dispose() => _ndis.Run(_driver, () =>
    {
        NdisCloseAdapter(out _, Binding);
        NdisFreePacketPool(_pool);
        NdisDeregisterProtocol(out _, _protocol);
    });

    private void Open(Adapter adapter, bool unbinds, Action<NDIS_PROTOCOL_CHARACTERISTICS>? change)
    {
        NdisAllocatePacketPool(out _, out _pool, 2000, 0);
        var characteristics = new NDIS_PROTOCOL_CHARACTERISTICS
        {
            MajorNdisVersion = 5,
            Name = "tinyprotocol",
            OpenAdapterCompleteHandler = (_, _, _) => { },
            CloseAdapterCompleteHandler = (_, _) => { },
            SendCompleteHandler = (_, packet, sent) => Sent.Enqueue(((nint)packet, sent)),
            RequestCompleteHandler = (_, _, answer) => Answers.Enqueue(answer),
            ResetCompleteHandler = (_, status) => Resets.Enqueue(status),
            StatusHandler = (_, status, _, _) => Statuses.Enqueue(status),
            TransferDataCompleteHandler = (_, packet, status, bytes) => Transfers.Enqueue(((nint)packet, status, bytes)),
            ReceiveHandler = (_, receive, header, headerSize, ahead, aheadSize, size) =>
            {
                if (Receive is { } own)
                {
                    own(receive, size);
                    return NDIS_STATUS_SUCCESS;
                }

                Frames.Enqueue([
                    .. new ReadOnlySpan<byte>(header, (int)headerSize), .. new ReadOnlySpan<byte>(ahead, (int)aheadSize),
                ]);
                return NDIS_STATUS_SUCCESS;
            },
            UnbindAdapterHandler = unbinds
                ? (out NDIS_STATUS done, NDIS_HANDLE _, NDIS_HANDLE _) => NdisCloseAdapter(out done, Binding)
                : null,
        };
        change?.Invoke(characteristics);
        NdisRegisterProtocol(out NDIS_STATUS status, out _protocol, characteristics, 0);
        Assert.Equal(NDIS_STATUS_SUCCESS, status);
        Reopen(adapter);
    }

    /// <summary>NdisFreePacketPool. From within one of its handlers, too.</summary>
    public void FreePool() => NdisFreePacketPool(_pool);

    /// <summary>NdisReset. Its end is in <see cref="Resets"/>.</summary>
    public void Reset() => _ndis.Run(_driver, () => NdisReset(out _, Binding));

    /// <summary>NdisDeregisterProtocol.</summary>
    public void Deregister() => _ndis.Run(_driver, () => NdisDeregisterProtocol(out _, _protocol));

    /// <summary>NdisOpenAdapter.</summary>
    public void Reopen(Adapter adapter) => Reopen(adapter.Name);

    public void Reopen(string adapter)
    {
        NDIS_MEDIUM medium = NDIS_MEDIUM.NdisMedium802_3;
        fixed (char* characters = adapter)
        {
            var name = new NDIS_STRING(characters, adapter.Length);
            NdisOpenAdapter(
                out NDIS_STATUS status, out _, out NDIS_HANDLE binding, out _, &medium, 1, _protocol, default, &name, 0, null);
            Assert.Equal(NDIS_STATUS_SUCCESS, status);
            Binding = binding;
        }
    }
}
