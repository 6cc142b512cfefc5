using System.Collections.Concurrent;
using Nonpaged.Ndis;

namespace MiniportSample;

/// <summary>A protocol driver that sends a frame and waits for one. It is used by one thread.</summary>
internal sealed unsafe class Station : IDisposable
{
    private readonly NdisInstance _ndis;
    private readonly Driver _driver = new("station", DriverKind.Protocol);
    private readonly BlockingCollection<byte[]> _received = [];

    // What NDIS does later it tells by a call, in the adapter's turn. One thing is under way at a time.
    private readonly BlockingCollection<NDIS_STATUS> _completed = [];

    private NDIS_HANDLE _protocol;
    private NDIS_HANDLE _binding;
    private NDIS_HANDLE _packets;
    private NDIS_HANDLE _buffers;

    /// <exception cref="IOException">NDIS refused something.</exception>
    public Station(NdisInstance ndis, Adapter adapter)
    {
        _ndis = ndis;
        ndis.Run(_driver, () => Open(adapter));
    }

    private NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = _driver.Name,
        OpenAdapterCompleteHandler = (_, status, _) => _completed.Add(status),
        CloseAdapterCompleteHandler = (_, status) => _completed.Add(status),
        SendCompleteHandler = (_, _, status) => _completed.Add(status),
        RequestCompleteHandler = (_, _, status) => _completed.Add(status),
        ReceiveHandler = Receive,
    };

    /// <summary>Sends a frame, and returns the one that comes.</summary>
    /// <exception cref="IOException">It could not be sent, or nothing came for ten seconds.</exception>
    public byte[] SendAndReceive(byte[] frame)
    {
        _ndis.Run(_driver, () => Send(frame));
        return _received.TryTake(out byte[]? came, TimeSpan.FromSeconds(10)) ? came : throw new IOException("No frame came.");
    }

    public void Dispose()
    {
        _ndis.Run(_driver, () =>
        {
            NdisCloseAdapter(out NDIS_STATUS status, _binding);
            Await(status, nameof(NdisCloseAdapter));
            NdisFreePacketPool(_packets);
            NdisFreeBufferPool(_buffers);
            NdisDeregisterProtocol(out _, _protocol);
        });
        _received.Dispose();
        _completed.Dispose();
    }

    private void Open(Adapter adapter)
    {
        NdisAllocatePacketPool(out NDIS_STATUS status, out _packets, 1, 0);
        Await(status, nameof(NdisAllocatePacketPool));
        NdisAllocateBufferPool(out status, out _buffers, 1);
        Await(status, nameof(NdisAllocateBufferPool));
        NdisRegisterProtocol(out status, out _protocol, Characteristics, 0);
        Await(status, nameof(NdisRegisterProtocol));
        NDIS_MEDIUM medium = NDIS_MEDIUM.NdisMedium802_3;
        fixed (char* characters = adapter.Name)
        {
            var name = new NDIS_STRING(characters, adapter.Name.Length);
            NdisOpenAdapter(out status, out _, out _binding, out _, &medium, 1, _protocol, default, &name, 0, null);
        }

        Await(status, nameof(NdisOpenAdapter));
        // Before that no frame comes.
        uint filter = NDIS_PACKET_TYPE_DIRECTED;
        var request = new NDIS_REQUEST
        {
            RequestType = NDIS_REQUEST_TYPE.NdisRequestSetInformation,
            Oid = OID_GEN_CURRENT_PACKET_FILTER,
            InformationBuffer = &filter,
            InformationBufferLength = sizeof(uint),
        };
        NdisRequest(out status, _binding, &request);
        Await(status, nameof(NdisRequest));
    }

    private void Send(byte[] frame)
    {
        NDIS_STATUS status = NdisAllocateMemory(out void* memory, (uint)frame.Length, 0, NDIS_PHYSICAL_ADDRESS.None);
        Await(status, nameof(NdisAllocateMemory));
        frame.CopyTo(new Span<byte>(memory, frame.Length));
        NdisAllocatePacket(out _, out NDIS_PACKET* packet, _packets);
        NdisAllocateBuffer(out _, out NDIS_BUFFER* buffer, _buffers, memory, (uint)frame.Length);
        NdisChainBufferAtFront(packet, buffer);
        NdisSend(out NDIS_STATUS sent, _binding, packet);
        // Until it is completed, packet and memory are NDIS's.
        if (sent == NDIS_STATUS_PENDING) sent = _completed.Take();
        NdisFreeBuffer(buffer);
        NdisFreePacket(packet);
        NdisFreeMemory(memory, (uint)frame.Length, 0);
        Await(sent, nameof(NdisSend));
    }

    // The miniport's buffers are valid during the call.
    private NDIS_STATUS Receive(
        NDIS_HANDLE context, NDIS_HANDLE frame, void* header, uint headerSize, void* ahead, uint aheadSize, uint size)
    {
        _received.Add([
            .. new ReadOnlySpan<byte>(header, (int)headerSize), .. new ReadOnlySpan<byte>(ahead, (int)aheadSize),
        ]);
        return NDIS_STATUS_SUCCESS;
    }

    private void Await(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_PENDING) status = _completed.Take();
        if (status != NDIS_STATUS_SUCCESS) throw new IOException($"{call}: {status.Describe()}");
    }
}
