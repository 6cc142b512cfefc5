using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that takes a DHCP lease and pings: enough of IPv4 to show that frames go out and come back whole. It is
/// bound to one adapter; its packet buffers come from NdisAllocateMemory with flags 0 (clause C11). Its methods may be called
/// from any thread.
/// </summary>
public sealed class LeaseAndPing : IAsyncDisposable
{
    // Ethernet's, IP's and UDP's headers with options, and some more.
    private const uint Lookahead = 128;

    // The slowest card sends a frame in milliseconds.
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(10);

    private readonly ProtocolDriver _protocol;
    private readonly BindingHandle _binding = new();
    private readonly FramePackets _packets = new(EthernetPort.FrameSize);

    // As long as a frame, though less would do: blocks of one length share their pages.
    private readonly OidRequest _request = new(EthernetPort.FrameSize);
    private readonly EthernetPort _port;
    private readonly DhcpClient _dhcp;
    private readonly Pinger _pinger;
    private readonly FrameReader _reader;
    private readonly FrameReceiver _receiver;
    private readonly CancellationTokenSource _ended = new();
    private GCHandle _self;
    private int _isBound;
    private int _isDisposed;

    private LeaseAndPing(NdisInstance instance)
    {
        _protocol = new ProtocolDriver(instance, "leaseandping");
        _port = new EthernetPort(_protocol, _binding, _packets);
        var arp = new ArpResolver(_port);
        _dhcp = new DhcpClient(_protocol, _port, arp);
        _pinger = new Pinger(_port, arp);
        _reader = new FrameReader(arp, _dhcp, _pinger);
        _receiver = new FrameReceiver(_binding, _packets, _reader);
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The adapter that it is bound to.</summary>
    /// <exception cref="InvalidOperationException">It is not bound.</exception>
    public Adapter Adapter =>
        _binding.Adapter ?? throw new InvalidOperationException("The protocol is not bound to an adapter (BindAsync).");

    /// <summary>The lease that it holds, or null.</summary>
    public DhcpLease? Lease => _dhcp.Lease;

    /// <summary>Frames that were received and could not be read, or carried a wrong checksum.</summary>
    public long BadFrames => _reader.BadFrames;

    private static unsafe NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        MinorNdisVersion = 0,
        Name = "leaseandping",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context)._port.SendComplete(packet),
        RequestCompleteHandler = static (context, request, status) => Of(context)._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookahead, lookaheadSize, packetSize) =>
            Of(context)._receiver.Receive(receive, header, headerSize, packetSize),
        TransferDataCompleteHandler = static (context, packet, status, bytes) => Of(context)._receiver.EndTransfer(status, bytes),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            LeaseAndPing protocol = Of(context);
            // Those who wait go on elsewhere: this is the adapter's own thread.
            _ = protocol._ended.CancelAsync();
            protocol._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    /// <summary>
    /// Registers the protocol and allocates its packets and buffers: before adapters start, so that where memory is scarce they
    /// cannot take what it needs.
    /// </summary>
    /// <exception cref="AdapterException">
    /// There is too little memory, or NDIS refuses the protocol. Nothing is left of it.
    /// </exception>
    public static LeaseAndPing Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var protocol = new LeaseAndPing(instance);
        var reasons = new ConcurrentQueue<string>();
        instance.LineLogged += reasons.Enqueue;
        try
        {
            protocol._protocol.Run(protocol.Register);
            return protocol;
        }
        catch (AdapterException failure)
        {
            protocol._protocol.Run(protocol.Free);
            protocol._self.Free();
            throw new AdapterException(failure.Message, failure.Status, [.. reasons]);
        }
        finally
        {
            instance.LineLogged -= reasons.Enqueue;
        }
    }

    /// <summary>Registers the protocol and binds it.</summary>
    /// <inheritdoc cref="BindAsync"/>
    public static async Task<LeaseAndPing> OpenAsync(Adapter adapter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        LeaseAndPing protocol = Register(adapter.Instance);
        try
        {
            await protocol.BindAsync(adapter, cancellationToken).ConfigureAwait(false);
            return protocol;
        }
        catch
        {
            await protocol.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens an adapter of its instance, and asks for directed and broadcast frames. It can be bound once.</summary>
    /// <exception cref="AdapterException">The adapter cannot be opened, or does not answer.</exception>
    /// <exception cref="InvalidOperationException">It is bound already.</exception>
    public async Task BindAsync(Adapter adapter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (Interlocked.Exchange(ref _isBound, 1) != 0) throw new InvalidOperationException("The protocol is bound already.");
        _protocol.Run(() => Require(_binding.Open(_protocol.Handle, adapter, _self), nameof(NdisOpenAdapter)));
        byte[] address = await QueryAsync(OID_802_3_CURRENT_ADDRESS, 6, cancellationToken).ConfigureAwait(false);
        _port.Address = new HardwareAddress(address);
        await SetLookaheadAsync(cancellationToken).ConfigureAwait(false);
        const uint Filter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;
        await SetAsync(OID_GEN_CURRENT_PACKET_FILTER, Filter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a lease. Without an answer it asks again after 4, 8, 16 and 32 seconds.</summary>
    /// <exception cref="TimeoutException">No server answered within a minute.</exception>
    /// <exception cref="InvalidOperationException">The adapter was halted, or a lease is held already.</exception>
    public Task<DhcpLease> AcquireAsync(CancellationToken cancellationToken = default) =>
        AcquireAsync(DhcpClient.Retransmissions, cancellationToken);

    /// <summary>
    /// Takes a lease, with other waits than those of RFC 2131, for a network that answers at once or never.
    /// </summary>
    /// <param name="patience">How long, for each of the two exchanges. It asks again after each quarter of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">No server answered in that time.</exception>
    /// <exception cref="InvalidOperationException">The adapter was halted, or a lease is held already.</exception>
    public Task<DhcpLease> AcquireAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(patience, TimeSpan.Zero);
        const int Waits = 4;
        return AcquireAsync([.. Enumerable.Repeat(patience / Waits, Waits)], cancellationToken);
    }

    /// <summary>
    /// Sends echo requests one after the other, each 10 ms after the reply to the one before it, or five seconds after that one
    /// was sent.
    /// </summary>
    /// <param name="target">Where to; null is the lease's router, or its server where it has none.</param>
    /// <param name="count">How many, 1 to 65535.</param>
    /// <param name="progress">Told of each reply, or its absence.</param>
    /// <param name="cancellationToken">Ends the series.</param>
    /// <exception cref="InvalidOperationException">No lease is held, or the adapter was halted.</exception>
    /// <exception cref="TimeoutException">
    /// The target, or the router that leads to it, answers no ARP request; or the driver gives no packet back.
    /// </exception>
    public async Task<PingResult> PingAsync(
        IPAddress? target = null,
        int count = 10,
        IProgress<PingReply>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ushort.MaxValue);
        DhcpLease lease = Lease ?? throw new InvalidOperationException("Take a lease first (AcquireAsync).");
        return await UntilHaltAsync(
            token => _pinger.PingAsync(lease, target, count, progress, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives the lease back (DHCPRELEASE), closes the adapter, and frees everything. Further calls do nothing. Where the driver
    /// does not complete the sends that it was given within ten seconds, they keep what they need until the adapter is halted,
    /// and a call after that frees it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _isDisposed) != 0) return;
        if (!_ended.IsCancellationRequested) await _dhcp.ReleaseAsync(_ended.Token).ConfigureAwait(false);
        _protocol.Run(_binding.Close);
        await Task.WhenAny(_binding.Closed, Task.Delay(s_closePatience)).ConfigureAwait(false);
        if (!_binding.Closed.IsCompleted || Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _ended.CancelAsync().ConfigureAwait(false);
        _protocol.Run(Free);
        _self.Free();
        _ended.Dispose();
        _packets.Dispose();
    }

    private static LeaseAndPing Of(NDIS_HANDLE context) => (LeaseAndPing)GCHandle.FromIntPtr(context.Value).Target!;

    private void Register()
    {
        // The request comes before the packets, which take all that there is. One to receive and one to send are enough to work;
        // more let sends overlap.
        const int Packets = EthernetPort.MostSends + 1;
        _packets.MakePools(Packets);
        _request.Make();
        _packets.Fill(Packets, fewest: 2);
        _receiver.Prepare();
        Require(_protocol.Register(Characteristics), nameof(NdisRegisterProtocol));
    }

    private void Free()
    {
        _receiver.Free();
        _packets.Free(TimeSpan.Zero);
        _request.Free();
        _protocol.Deregister();
    }

    private async Task<DhcpLease> AcquireAsync(TimeSpan[] waits, CancellationToken cancellationToken)
    {
        if (Lease is not null) throw new InvalidOperationException("A lease is held already.");
        return await UntilHaltAsync(token => _dhcp.AcquireAsync(waits, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Uses the adapter until that is done, the caller cancels it, or the adapter is halted.</summary>
    private async Task<T> UntilHaltAsync<T>(Func<CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            return await use(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException(
                $"{Adapter.Name} was halted while a protocol used it. The instance's reports tell why.");
        }
    }

    /// <summary>
    /// Protocols ask for as much look-ahead as they read of a frame before they decide, and some miniports expect that; one that
    /// has no such setting needs none.
    /// </summary>
    private async Task SetLookaheadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SetAsync(OID_GEN_CURRENT_LOOKAHEAD, Lookahead, cancellationToken).ConfigureAwait(false);
        }
        catch (AdapterException refused) when (refused.Status is not NDIS_STATUS_CLOSING)
        {
            Adapter.Instance.WriteLog(
                $"{Adapter.Driver.Name}: OID_GEN_CURRENT_LOOKAHEAD cannot be set: {refused.Status.Describe()}.");
        }
    }

    private async Task<byte[]> QueryAsync(uint oid, int length, CancellationToken cancellationToken)
    {
        byte[] value = new byte[length];
        await RequestAsync(oid, NDIS_REQUEST_TYPE.NdisRequestQueryInformation, value, cancellationToken).ConfigureAwait(false);
        return _request.Value[..length].ToArray();
    }

    private Task SetAsync(uint oid, uint value, CancellationToken cancellationToken) =>
        RequestAsync(oid, NDIS_REQUEST_TYPE.NdisRequestSetInformation, BitConverter.GetBytes(value), cancellationToken);

    /// <summary>A request that was made can't be taken back, so that its end is awaited whatever the caller wants.</summary>
    private async Task RequestAsync(uint oid, NDIS_REQUEST_TYPE type, byte[] value, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<NDIS_STATUS>? answer = null;
        _protocol.Run(() =>
        {
            value.CopyTo(_request.Value);
            answer = _request.Begin(_binding, type, oid, (uint)value.Length);
        });
        Require(await answer!.ConfigureAwait(false), $"NdisRequest of OID 0x{oid:x8}");
    }

    private void Require(NDIS_STATUS status, string call)
    {
        if (status == NDIS_STATUS_SUCCESS) return;
        string reason = $"The protocol could not use {_binding.Adapter?.Name ?? "NDIS"}: {call} returned {status.Describe()}.";
        throw new AdapterException(reason, status, []);
    }
}
