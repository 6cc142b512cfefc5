using System.Diagnostics;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Ndis;

/// <summary>
/// A protocol driver that sends numbered, checksummed frames from one adapter to another, and looks at each that arrives. No more frames are under way at a time than fill
/// half of what the receiving adapter says that it has room for (OID_GEN_RECEIVE_BUFFER_SPACE), since nothing on an Ethernet holds a sender up. It is used by one thread.
/// </summary>
public sealed unsafe partial class FrameExchange : IDisposable
{
    /// <summary>The shortest frame: header, number and checksum.</summary>
    public const int ShortestFrame = 60;

    /// <summary>The longest frame.</summary>
    public const int LongestFrame = 1514;

    private const int LargestWindow = 32;
    private const int Packets = 2 * LargestWindow;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private readonly NdisInstance _instance;
    private readonly Driver _driver = new("frameexchange", DriverKind.Protocol);
    private readonly SemaphoreSlim _window = new(0);
    private readonly SemaphoreSlim _freePackets = new(0);
    private readonly Stack<nint> _packets = new();
    private readonly List<nint> _memory = [];
    private readonly ManualResetEventSlim _arrived = new();
    private readonly GCHandle _sender;
    private readonly GCHandle _receiver;
    private NDIS_HANDLE _protocol;
    private NDIS_HANDLE _packetPool;
    private NDIS_HANDLE _bufferPool;
    private NDIS_HANDLE _from;
    private NDIS_HANDLE _to;
    private int _isDisposed;

    private FrameExchange(NdisInstance instance)
    {
        _instance = instance;
        _sender = GCHandle.Alloc(new End(this, isReceiver: false));
        _receiver = GCHandle.Alloc(new End(this, isReceiver: true));
    }

    /// <summary>Registers the protocol and takes its memory, before adapters start.</summary>
    /// <exception cref="AdapterException">There is too little memory.</exception>
    public static FrameExchange Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var exchange = new FrameExchange(instance);
        try
        {
            instance.Run(exchange._driver, exchange.Prepare);
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    /// <summary>Sends frames, and returns when all have arrived, or none has for ten seconds.</summary>
    /// <param name="from">The adapter that sends.</param>
    /// <param name="to">The adapter that receives.</param>
    /// <param name="frames">How many.</param>
    /// <param name="length">The bytes of each, from <see cref="ShortestFrame"/> to <see cref="LongestFrame"/>.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="AdapterException">An adapter cannot be opened.</exception>
    public FrameExchangeResult Run(Adapter from, Adapter to, long frames, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, ShortestFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestFrame);
        _instance.Run(_driver, () =>
        {
            if (_from.IsNull) _from = Open(from, _sender);
            if (_to.IsNull) _to = Open(to, _receiver);
            SetFilter();
            OpenWindow(length);
        });
        Begin(length);
        var sent = SendAll(frames, length, from.MacAddress!.Value, to.MacAddress!.Value, cancellationToken);
        WaitForRest(sent, cancellationToken);
        return new FrameExchangeResult(length, sent, Interlocked.Read(ref _received), _changed, _disordered, Stopwatch.GetElapsedTime(_start, _lastArrival));
    }

    /// <summary>Closes the adapters and gives everything back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _instance.Run(_driver, () =>
        {
            Close(ref _from);
            Close(ref _to);
            // Sends that are out come back before their memory goes.
            for (var left = _memory.Count; left > 0 && _freePackets.Wait(s_patience); left--) FreePacket(TakePacket());

            foreach (var memory in _memory) NdisFreeMemory((void*)memory, LongestFrame, 0);
            if (_request != null) NdisFreeMemory(_request, RequestSize, 0);
            if (!_bufferPool.IsNull) NdisFreeBufferPool(_bufferPool);
            if (!_packetPool.IsNull) NdisFreePacketPool(_packetPool);
            if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
        });
        _sender.Free();
        _receiver.Free();
        _window.Dispose();
        _freePackets.Dispose();
        _arrived.Dispose();
        _answered.Dispose();
        _ready.Dispose();
    }

    private void Prepare()
    {
        NdisAllocatePacketPool(out var status, out _packetPool, Packets, 0);
        Require(status, nameof(NdisAllocatePacketPool));
        NdisAllocateBufferPool(out status, out _bufferPool, Packets);
        Require(status, nameof(NdisAllocateBufferPool));
        Require(NdisAllocateMemory(out var request, RequestSize, 0, NDIS_PHYSICAL_ADDRESS.None), nameof(NdisAllocateMemory));
        _request = (NDIS_REQUEST*)request;
        for (var index = 0; index < Packets; index++)
        {
            Require(NdisAllocateMemory(out var memory, LongestFrame, 0, NDIS_PHYSICAL_ADDRESS.None), nameof(NdisAllocateMemory));
            _memory.Add((nint)memory);
            NdisAllocateBuffer(out status, out var buffer, _bufferPool, memory, LongestFrame);
            Require(status, nameof(NdisAllocateBuffer));
            NdisAllocatePacket(out status, out var packet, _packetPool);
            Require(status, nameof(NdisAllocatePacket));
            NdisChainBufferAtFront(packet, buffer);
            ReturnPacket((nint)packet);
        }

        NdisRegisterProtocol(out status, out _protocol, Characteristics, 0);
        Require(status, nameof(NdisRegisterProtocol));
    }

    private NDIS_HANDLE Open(Adapter adapter, GCHandle end)
    {
        fixed (NDIS_MEDIUM* media = s_media)
        fixed (char* characters = adapter.Name)
        {
            var name = new NDIS_STRING(characters, adapter.Name.Length);
            NdisOpenAdapter(
                out var status, out _, out var binding, out _, media, (uint)s_media.Length, _protocol, new NDIS_HANDLE(GCHandle.ToIntPtr(end)), &name, 0, null);
            Require(status, nameof(NdisOpenAdapter));
            return binding;
        }
    }

    private static void Close(ref NDIS_HANDLE binding)
    {
        if (!binding.IsNull) NdisCloseAdapter(out _, binding);
        binding = default;
    }

    private static void FreePacket(NDIS_PACKET* packet)
    {
        NdisUnchainBufferAtFront(packet, out var buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(packet);
    }

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status != NDIS_STATUS_SUCCESS) throw new AdapterException($"The frame exchange could not be set up: {call} returned {status}.", status, []);
    }

    /// <summary>What a binding's context stands for.</summary>
    private sealed class End(FrameExchange exchange, bool isReceiver)
    {
        public FrameExchange Exchange { get; } = exchange;

        public bool IsReceiver { get; } = isReceiver;
    }
}
