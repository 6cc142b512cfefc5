using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;

namespace Nonpaged.Protocols;

/// <summary>
/// A protocol driver that takes a DHCP lease and pings: enough of IPv4 to show that frames go out and come back whole. It is bound to one
/// adapter; its packet buffers come from NdisAllocateMemory with flags 0 (clause C11). Its methods may be called from any thread.
/// </summary>
public sealed partial class LeaseAndPing : IAsyncDisposable
{
    private readonly NdisInstance _instance;
    private readonly Driver _driver = new("leaseandping", DriverKind.Protocol);
    private readonly CancellationTokenSource _ended = new();
    private readonly OpenBinding _binding = new();
    private GCHandle _self;
    private NDIS_HANDLE _protocol;
    private System.Net.NetworkInformation.PhysicalAddress _hardwareAddress = System.Net.NetworkInformation.PhysicalAddress.None;
    private long _badFrames;
    private int _isDisposed;

    private Adapter? _adapter;

    private LeaseAndPing(NdisInstance instance)
    {
        _instance = instance;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The adapter that it is bound to.</summary>
    /// <exception cref="InvalidOperationException">It is not bound.</exception>
    public Adapter Adapter => _adapter ?? throw new InvalidOperationException("The protocol is not bound to an adapter (BindAsync).");

    /// <summary>The lease that it holds, or null.</summary>
    public DhcpLease? Lease { get; private set; }

    /// <summary>Frames that were received and could not be read, or carried a wrong checksum.</summary>
    public long BadFrames => Interlocked.Read(ref _badFrames);

    /// <summary>
    /// Registers the protocol and allocates its packets and buffers: before adapters start, so that where memory is scarce they cannot take what it needs.
    /// </summary>
    /// <exception cref="AdapterException">There is too little memory, or NDIS refuses the protocol. Nothing is left of it.</exception>
    public static LeaseAndPing Register(NdisInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        var protocol = new LeaseAndPing(instance);
        var reasons = new ConcurrentQueue<string>();
        instance.LineLogged += reasons.Enqueue;
        try
        {
            instance.Run(protocol._driver, protocol.Register);
            return protocol;
        }
        catch (AdapterException failure)
        {
            instance.Run(protocol._driver, protocol.Free);
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
        var protocol = Register(adapter.Instance);
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
        if (Interlocked.CompareExchange(ref _adapter, adapter, null) is not null) throw new InvalidOperationException("The protocol is bound already.");
        _instance.Run(_driver, Bind);
        var address = await QueryAsync(NdisLibrary.OID_802_3_CURRENT_ADDRESS, 6, cancellationToken).ConfigureAwait(false);
        _hardwareAddress = new System.Net.NetworkInformation.PhysicalAddress(address);
        await SetLookaheadAsync(cancellationToken).ConfigureAwait(false);
        const uint Filter = NdisLibrary.NDIS_PACKET_TYPE_DIRECTED | NdisLibrary.NDIS_PACKET_TYPE_BROADCAST;
        await SetAsync(NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER, Filter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives the lease back (DHCPRELEASE), closes the adapter, and frees everything. Further calls do nothing. Where the driver does not complete the sends that it was given
    /// within ten seconds, they keep what they need until the adapter is halted, and a call after that frees it.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _isDisposed) != 0) return;
        if (Lease is { } lease && !_ended.IsCancellationRequested) await ReleaseAsync(lease).ConfigureAwait(false);
        _instance.Run(_driver, _binding.Close);
        await Task.WhenAny(_binding.Closed, Task.Delay(SendPatience)).ConfigureAwait(false);
        if (!_binding.Closed.IsCompleted || Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _ended.CancelAsync().ConfigureAwait(false);
        _instance.Run(_driver, Free);
        _self.Free();
        _ended.Dispose();
        _requestGate.Dispose();
        _freeFrames.Dispose();
    }

    private CancellationTokenSource Linked(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);

    private InvalidOperationException AdapterGone() =>
        new($"{Adapter.Name} was halted while a protocol used it. The instance's reports tell why.");

    private void CountBad() => Interlocked.Increment(ref _badFrames);

    private bool IsOurs(IPAddress address) => Lease is { } lease && lease.Address.Equals(address);
}
