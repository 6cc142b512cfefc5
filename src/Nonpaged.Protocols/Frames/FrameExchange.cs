using System.Diagnostics;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that sends numbered, checksummed frames from one adapter to another, and looks at each that arrives. No more
/// frames are under way at a time than fill half of what the receiving adapter says that it has room for
/// (OID_GEN_RECEIVE_BUFFER_SPACE, in OID_GEN_RECEIVE_BLOCK_SIZE), since nothing on an Ethernet holds a sender up: a card whose
/// ring is full drops frames. It is used by one thread.
/// </summary>
public sealed class FrameExchange : IDisposable
{
    /// <summary>The shortest frame: header, number and checksum.</summary>
    public const int ShortestFrame = 60;

    /// <summary>The longest frame.</summary>
    public const int LongestFrame = 1514;

    private const int LargestWindow = 128;
    private const int Packets = LargestWindow;
    private const int Transfers = 16;
    private const uint RequestSize = 512;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ProtocolDriver _protocol;
    private readonly FramePackets _packets = new(LongestFrame);
    private readonly FramePackets _transfers = new(FrameArrivals.TransferMemory);
    private readonly OidRequest _request = new(RequestSize);
    private readonly CancellationTokenSource _ended = new();
    private readonly SendWindow _window = new();
    private readonly End _from;
    private readonly End _to;
    private readonly FrameArrivals _arrivals;
    private readonly FrameSender _sender;
    private int _isDisposed;

    private FrameExchange(NdisInstance instance)
    {
        _protocol = new ProtocolDriver(instance, "frameexchange");
        _from = new End(this, isReceiver: false);
        _to = new End(this, isReceiver: true);
        _arrivals = new FrameArrivals(_to.Binding, _transfers, _window);
        _sender = new FrameSender(_from.Binding, _packets, _window, _arrivals);
    }

    private static unsafe NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = "frameexchange",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context).Binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context).Exchange._packets.Return(packet),
        RequestCompleteHandler = static (context, request, status) => Of(context).Exchange._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookahead, lookaheadSize, packetSize) =>
        {
            End end = Of(context);
            return end.IsReceiver
                ? end.Exchange._arrivals.Receive(receive, (byte*)header, (byte*)lookahead, lookaheadSize, packetSize)
                : NDIS_STATUS_NOT_ACCEPTED;
        },
        TransferDataCompleteHandler = static (context, packet, status, bytes) =>
            Of(context).Exchange._arrivals.EndTransfer(packet, status, bytes),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            End end = Of(context);
            // Those who wait go on elsewhere: this is the adapter's own thread.
            _ = end.Exchange._ended.CancelAsync();
            end.Binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    /// <summary>Registers the protocol and takes its memory, before adapters start.</summary>
    /// <exception cref="AdapterException">There is too little memory.</exception>
    public static FrameExchange Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var exchange = new FrameExchange(instance);
        try
        {
            exchange._protocol.Run(exchange.Prepare);
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
    public FrameExchangeResult Run(
        Adapter from, Adapter to, long frames, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, ShortestFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestFrame);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            _protocol.Run(() =>
            {
                _from.Open(from);
                _to.Open(to);
                SetLookahead();
                SetFilter();
                OpenWindow(length);
            });
            long now = Stopwatch.GetTimestamp();
            _sender.Begin(now);
            _arrivals.Begin(length, now);
            byte[] header = NumberedFrame.Header(from.MacAddress!.Value, to.MacAddress!.Value);
            _protocol.Run(() => _sender.SendAll(frames, length, header, ended.Token));
            _arrivals.WaitFor(_sender.Sent, ended.Token);
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
        {
            throw new InvalidOperationException(
                "An adapter was halted while frames were exchanged. The instance's reports tell why.");
        }

        return new FrameExchangeResult(
            length, _sender.Sent, _arrivals.Received, _arrivals.Changed, _arrivals.Disordered,
            Stopwatch.GetElapsedTime(_sender.Start, _arrivals.Last));
    }

    /// <summary>Closes the adapters and gives everything back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        bool isClosed = false;
        _protocol.Run(() =>
        {
            _from.Binding.Close();
            _to.Binding.Close();
            // Sends that are out come back before their memory goes.
            _packets.Free(s_patience);
            _transfers.Free(s_patience);
            isClosed = Task.WaitAll([_from.Binding.Closed, _to.Binding.Closed], s_patience);
            _request.Free();
            _protocol.Deregister();
        });
        // A driver that never gives its packets back may still call, until its adapter is halted.
        if (!isClosed) return;
        _from.Free();
        _to.Free();
        _ended.Dispose();
        _window.Dispose();
        _packets.Dispose();
        _transfers.Dispose();
        _arrivals.Dispose();
    }

    private static End Of(NDIS_HANDLE context) => (End)GCHandle.FromIntPtr(context.Value).Target!;

    private void Prepare()
    {
        _request.Make();
        _packets.Make(Packets, 1);
        _transfers.Make(Transfers, 1, NumberedFrame.HeaderSize);
        Require(_protocol.Register(Characteristics), nameof(NdisRegisterProtocol));
    }

    /// <summary>
    /// Asks for whole frames, which saves a transfer of each; a miniport that shows less is asked for the rest.
    /// </summary>
    private void SetLookahead()
    {
        uint most = _request.Query(_to.Binding, OID_GEN_MAXIMUM_LOOKAHEAD, s_patience) ?? 0;
        if (most == 0) return;
        // One that does not take it goes on with the look-ahead that it has.
        uint wanted = Math.Min(most, LongestFrame - NumberedFrame.HeaderSize);
        _request.Set(_to.Binding, OID_GEN_CURRENT_LOOKAHEAD, wanted, s_patience);
    }

    private void SetFilter()
    {
        NDIS_STATUS status = _request.Set(_to.Binding, OID_GEN_CURRENT_PACKET_FILTER, NDIS_PACKET_TYPE_DIRECTED, s_patience);
        Require(status, "NdisRequest of OID_GEN_CURRENT_PACKET_FILTER");
    }

    private void OpenWindow(int length)
    {
        uint space = _request.Query(_to.Binding, OID_GEN_RECEIVE_BUFFER_SPACE, s_patience) ?? 0;
        uint block = Math.Max(_request.Query(_to.Binding, OID_GEN_RECEIVE_BLOCK_SIZE, s_patience) ?? 1, 1);
        uint room = ((uint)length + block - 1) / block * block;
        _window.Open((int)Math.Clamp(space / 2 / room, 1, LargestWindow));
    }

    private static void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        throw new AdapterException($"The frame exchange could not be set up: {call} returned {status.Describe()}.", status, []);
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

        public BindingHandle Binding { get; } = new();

        public void Open(Adapter adapter)
        {
            if (_isOpen) return;
            Require(Binding.Open(Exchange._protocol.Handle, adapter, _self), nameof(NdisOpenAdapter));
            _isOpen = true;
        }

        /// <summary>When nothing calls for it any more.</summary>
        public void Free() => _self.Free();
    }
}
