using System.Diagnostics;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

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
    private const int Transfers = 16;

    // Some miniports count the frame's CRC.
    private const int TransferMemory = LongestFrame + 4;
    private const int Batch = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly NdisInstance _instance;
    private readonly Driver _driver = new("frameexchange", DriverKind.Protocol);
    private readonly SemaphoreSlim _window = new(0);
    private readonly FramePackets _packets = new(LongestFrame);
    private readonly FramePackets _transfers = new(TransferMemory);
    private readonly WaitedRequest _request = new();
    private readonly ManualResetEventSlim _arrived = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly End _from;
    private readonly End _to;
    private NDIS_HANDLE _protocol;
    private int _isDisposed;

    private FrameExchange(NdisInstance instance)
    {
        _instance = instance;
        _from = new End(this, isReceiver: false);
        _to = new End(this, isReceiver: true);
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
    /// <exception cref="InvalidOperationException">An adapter was halted.</exception>
    public FrameExchangeResult Run(Adapter from, Adapter to, long frames, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, ShortestFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestFrame);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            _instance.Run(_driver, () =>
            {
                _from.Open(from);
                _to.Open(to);
                SetLookahead();
                SetFilter();
                OpenWindow(length);
            });
            Begin(length);
            SendAll(frames, length, from.MacAddress!.Value, to.MacAddress!.Value, ended.Token);
            WaitForRest(ended.Token);
        }
        catch (AdapterException) when (_ended.IsCancellationRequested)
        {
            // A halt amid the start; below.
        }
        catch (OperationCanceledException)
        {
            // What was exchanged until then counts.
        }

        if (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            throw new InvalidOperationException("An adapter was halted while frames were exchanged. The instance's reports tell why.");
        return new FrameExchangeResult(length, _sent, Interlocked.Read(ref _received), _changed, _disordered, Stopwatch.GetElapsedTime(_start, _lastArrival));
    }

    /// <summary>Closes the adapters and gives everything back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        var isClosed = false;
        _instance.Run(_driver, () =>
        {
            _from.Binding.Close();
            _to.Binding.Close();
            // Sends that are out come back before their memory goes.
            _packets.Free(s_patience);
            _transfers.Free(s_patience);
            isClosed = Task.WaitAll([_from.Binding.Closed, _to.Binding.Closed], s_patience);
            _request.Free();
            if (!_protocol.IsNull) NdisDeregisterProtocol(out _, _protocol);
        });
        // A driver that never gives its packets back may still call, until its adapter is halted.
        if (!isClosed) return;
        _from.Free();
        _to.Free();
        _ended.Dispose();
        _window.Dispose();
        _packets.Dispose();
        _transfers.Dispose();
        _arrived.Dispose();
        _request.Dispose();
        _ready.Dispose();
    }

    private void Prepare()
    {
        _request.Make();
        _packets.Make(Packets, 1);
        _transfers.Make(Transfers, 1, HeaderSize);
        NdisRegisterProtocol(out var status, out _protocol, Characteristics, 0);
        Require(status, nameof(NdisRegisterProtocol));
    }

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status != NDIS_STATUS_SUCCESS) throw new AdapterException($"The frame exchange could not be set up: {call} returned {status.Describe()}.", status, []);
    }

    /// <summary>What a binding's context stands for.</summary>
    private sealed class End
    {
        private GCHandle _self;
        private bool _isOpen;

        public End(FrameExchange exchange, bool isReceiver)
        {
            Exchange = exchange;
            IsReceiver = isReceiver;
            _self = GCHandle.Alloc(this);
        }

        public FrameExchange Exchange { get; }

        public bool IsReceiver { get; }

        public OpenBinding Binding { get; } = new();

        public void Open(Adapter adapter)
        {
            if (_isOpen) return;
            Require(Binding.Open(Exchange._protocol, adapter, _self), nameof(NdisOpenAdapter));
            _isOpen = true;
        }

        /// <summary>When nothing calls for it any more.</summary>
        public void Free() => _self.Free();
    }
}
