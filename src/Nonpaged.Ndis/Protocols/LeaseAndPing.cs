using System.Net;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A protocol driver that takes a DHCP lease and pings: enough of IPv4 to show that frames go out and come back whole. It is bound to one
/// adapter; its packet buffers come from NdisAllocateMemory with flags 0 (clause C11). Its methods may be called from any thread.
/// </summary>
public sealed partial class LeaseAndPing : IAsyncDisposable
{
    private readonly NdisInstance _instance;
    private readonly Driver _driver = new("leaseandping", DriverKind.Protocol);
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GCHandle _self;
    private NDIS_HANDLE _protocol;
    private NDIS_HANDLE _binding;
    private System.Net.NetworkInformation.PhysicalAddress _hardwareAddress = System.Net.NetworkInformation.PhysicalAddress.None;
    private long _badFrames;
    private int _isDisposed;

    private LeaseAndPing(NdisInstance instance, Adapter adapter)
    {
        _instance = instance;
        Adapter = adapter;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The adapter that it is bound to.</summary>
    public Adapter Adapter { get; }

    /// <summary>The lease that it holds, or null.</summary>
    public DhcpLease? Lease { get; private set; }

    /// <summary>Frames that were received and could not be read, or carried a wrong checksum.</summary>
    public long BadFrames => Interlocked.Read(ref _badFrames);

    /// <summary>Registers the protocol, opens the adapter, and asks for directed and broadcast frames.</summary>
    /// <exception cref="AdapterException">The adapter cannot be opened, or does not answer.</exception>
    public static async Task<LeaseAndPing> OpenAsync(Adapter adapter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        var protocol = new LeaseAndPing(adapter.Instance, adapter);
        try
        {
            adapter.Instance.Run(protocol._driver, protocol.Bind);
            var address = await protocol.QueryAsync(NdisLibrary.OID_802_3_CURRENT_ADDRESS, 6, cancellationToken).ConfigureAwait(false);
            protocol._hardwareAddress = new System.Net.NetworkInformation.PhysicalAddress(address);
            const uint Filter = NdisLibrary.NDIS_PACKET_TYPE_DIRECTED | NdisLibrary.NDIS_PACKET_TYPE_BROADCAST;
            await protocol.SetAsync(NdisLibrary.OID_GEN_CURRENT_PACKET_FILTER, Filter, cancellationToken).ConfigureAwait(false);
            return protocol;
        }
        catch
        {
            await protocol.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives the lease back (DHCPRELEASE), closes the adapter, and frees everything. Further calls do nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        if (Lease is { } lease && !_ended.IsCancellationRequested) await ReleaseAsync(lease).ConfigureAwait(false);
        _instance.Run(_driver, Close);
        await _closed.Task.ConfigureAwait(false);
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
