using System.Diagnostics;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Ndis;

/// <summary>
/// A protocol driver that sends numbered, checksummed frames from one adapter to another, and looks at each that arrives. No more frames are under way at a time than fill
/// half of what the receiving adapter says that it has room for (OID_GEN_RECEIVE_BUFFER_SPACE, in OID_GEN_RECEIVE_BLOCK_SIZE), since nothing on an Ethernet holds a sender
/// up: a card whose ring is full drops frames. It is used by one thread.
/// </summary>
public sealed unsafe partial class FrameExchange : IDisposable
{
    /// <summary>The shortest frame: header, number and checksum.</summary>
    public const int ShortestFrame = 60;

    /// <summary>The longest frame.</summary>
    public const int LongestFrame = 1514;

    private const int LargestWindow = 128;
    private const int Packets = LargestWindow;
    private const int Batch = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private readonly NdisInstance _instance;
    private readonly Driver _driver = new("frameexchange", DriverKind.Protocol);
    private readonly SemaphoreSlim _window = new(0);
    private readonly FramePackets _packets = new(LongestFrame);
    private readonly WaitedRequest _request = new();
    private readonly ManualResetEventSlim _arrived = new();
    private readonly GCHandle _sender;
    private readonly GCHandle _receiver;
    private NDIS_HANDLE _protocol;
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
            _packets.Free(s_patience);
            _request.Free();
            if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
        });
        _sender.Free();
        _receiver.Free();
        _window.Dispose();
        _packets.Dispose();
        _arrived.Dispose();
        _request.Dispose();
        _ready.Dispose();
    }

    private void Prepare()
    {
        _request.Make();
        _packets.Make(Packets, 1);
        NdisRegisterProtocol(out var status, out _protocol, Characteristics, 0);
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
