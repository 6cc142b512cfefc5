using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// What NdisOpenAdapter gives a protocol: the handle of a binding, which is used no more once it is closed. The protocol's user
/// closes it, or the adapter's halt does, on threads of their own, while others send; so the close waits for each use, and none
/// begins after it. Its methods may be called from any thread, several at once: what a deserialized miniport gets then.
/// </summary>
internal sealed unsafe class BindingHandle
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private readonly Lock _gate = new();

    // The threads within a call, and in how many: one may complete within itself, and the protocol's handler use the binding
    // again, or close it. A thread does not wait for its own calls.
    private readonly Dictionary<int, int> _users = [];
    private readonly TaskCompletionSource _closeComplete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NDIS_HANDLE _handle;
    private bool _isClosed;

    /// <summary>Completes when it was closed, and no handler of the protocol's will be called for it.</summary>
    public Task Closed => _closeComplete.Task;

    /// <summary>The adapter that was to be opened; null before that.</summary>
    public Adapter? Adapter { get; private set; }

    /// <summary>NdisOpenAdapter.</summary>
    public NDIS_STATUS Open(NDIS_HANDLE protocol, Adapter adapter, GCHandle context)
    {
        Adapter = adapter;
        // A halt right behind the open finds the handle.
        lock (_gate)
            fixed (NDIS_MEDIUM* media = s_media)
            fixed (char* characters = adapter.Name)
            {
                var name = new NDIS_STRING(characters, adapter.Name.Length);
                NdisOpenAdapter(
                    out NDIS_STATUS status, out _, out _handle, out _, media, (uint)s_media.Length, protocol,
                    new NDIS_HANDLE(GCHandle.ToIntPtr(context)), &name, 0, null);
                return status;
            }
    }

    /// <summary>NdisSend. NDIS_STATUS_CLOSING where it is closed.</summary>
    public NDIS_STATUS Send(NDIS_PACKET* packet)
    {
        if (!TryUse()) return NDIS_STATUS_CLOSING;
        try
        {
            NdisSend(out NDIS_STATUS status, _handle, packet);
            return status;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>NdisSendPackets. False where it is closed, and the packets are the caller's still.</summary>
    public bool Send(NDIS_PACKET** packets, int count)
    {
        if (!TryUse()) return false;
        try
        {
            NdisSendPackets(_handle, packets, (uint)count);
            return true;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>NdisRequest. NDIS_STATUS_CLOSING where it is closed.</summary>
    public NDIS_STATUS Request(NDIS_REQUEST* request)
    {
        if (!TryUse()) return NDIS_STATUS_CLOSING;
        try
        {
            NdisRequest(out NDIS_STATUS status, _handle, request);
            return status;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>
    /// NdisReset. NDIS_STATUS_CLOSING where it is closed. It may wait for a function of the miniport that gives the protocol a
    /// frame, so it is not held against the others.
    /// </summary>
    public NDIS_STATUS Reset()
    {
        NDIS_HANDLE handle;
        lock (_gate)
        {
            if (_isClosed) return NDIS_STATUS_CLOSING;
            handle = _handle;
        }

        NdisReset(out NDIS_STATUS status, handle);
        return status;
    }

    /// <summary>NdisTransferData of a whole frame, from within ProtocolReceive. NDIS_STATUS_CLOSING where it is closed.</summary>
    public NDIS_STATUS TransferData(NDIS_HANDLE receiveContext, uint bytes, NDIS_PACKET* packet, out uint transferred)
    {
        transferred = 0;
        if (!TryUse()) return NDIS_STATUS_CLOSING;
        try
        {
            NdisTransferData(out NDIS_STATUS status, _handle, receiveContext, 0, bytes, packet, out transferred);
            return status;
        }
        finally
        {
            EndUse();
        }
    }

    /// <summary>NdisCloseAdapter, once. <see cref="Closed"/> tells when it is done.</summary>
    public void Close()
    {
        int self = Environment.CurrentManagedThreadId;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
        }

        SpinWait.SpinUntil(() =>
        {
            lock (_gate) return _users.Count == (_users.ContainsKey(self) ? 1 : 0);
        });

        NDIS_STATUS status = NDIS_STATUS_SUCCESS;
        if (!_handle.IsNull) NdisCloseAdapter(out status, _handle);
        if (status != NDIS_STATUS_PENDING) CloseComplete();
    }

    /// <summary>For ProtocolCloseAdapterComplete.</summary>
    public void CloseComplete() => _closeComplete.TrySetResult();

    private bool TryUse()
    {
        int self = Environment.CurrentManagedThreadId;
        lock (_gate)
        {
            if (_isClosed) return false;
            _users[self] = _users.GetValueOrDefault(self) + 1;
            return true;
        }
    }

    private void EndUse()
    {
        int self = Environment.CurrentManagedThreadId;
        lock (_gate)
        {
            if (--_users[self] == 0) _users.Remove(self);
        }
    }
}
