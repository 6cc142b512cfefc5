namespace Nonpaged.Ndis;

/// <summary>What NDIS keeps of a protocol's open adapter. The protocol's handlers run in the adapter's turn.</summary>
internal sealed unsafe class Binding(Adapter adapter, ProtocolRegistration protocol, NDIS_HANDLE context)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    // Null for a protocol that is only run, and for the one that exercises another.
    private readonly AwaitedEnds? _ends =
        adapter.Instance.Options.Verification is { Varied: { } varied } verification
            && verification.Exempt != protocol.Driver.Name
            ? new AwaitedEnds(varied, verification.SendsDirectly) : null;

    private int _outstanding;
    private int _closing;

    // The thread that asks the protocol to close it; 0 for none yet.
    private int _unbinder;
    private int _closed;
    private bool _received;

    public Adapter Adapter { get; } = adapter;

    public ProtocolRegistration Protocol { get; } = protocol;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>ProtocolBindingContext.</summary>
    public NDIS_HANDLE Context => context;

    /// <summary>What the protocol set for itself.</summary>
    public BindingSettings Settings { get; } = new();

    /// <summary>The protocol takes whole packets, which it may keep.</summary>
    public bool TakesPackets => Characteristics.ReceivePacketHandler is not null;

    public bool IsClosing => Volatile.Read(ref _closing) != 0;

    private NDIS_PROTOCOL_CHARACTERISTICS Characteristics => Protocol.Characteristics;

    public NDIS_STATUS Send(NDIS_PACKET* packet)
    {
        Interlocked.Increment(ref _outstanding);
        Look([(nint)packet]);
        AwaitedEnd? end = Expect((nint)packet);
        return Begun(!IsClosing && Adapter.Sends.Send(this, [(nint)packet]), end);
    }

    /// <summary>All of them together. ProtocolSendComplete completes each.</summary>
    public void Send(ReadOnlySpan<nint> packets)
    {
        if (packets.IsEmpty) return;
        Look(packets);
        Interlocked.Add(ref _outstanding, packets.Length);
        if (!IsClosing && Adapter.Sends.Send(this, packets)) return;
        foreach (nint packet in packets) SendComplete(packet, NDIS_STATUS_CLOSING);
    }

    public void SendComplete(nint packet, NDIS_STATUS status)
    {
        if (_ends?.TryEnd(packet, status) == true) Done();
        else if (_ends?.MayEndElsewhere == true) CompleteElsewhere(packet, status);
        else CompleteSend(packet, status);
    }

    // By itself, so that what it captures is made only here.
    private void CompleteElsewhere(nint packet, NDIS_STATUS status) =>
        ThreadPool.UnsafeQueueUserWorkItem(_ => CompleteSend(packet, status), null);

    private void CompleteSend(nint packet, NDIS_STATUS status)
    {
        Protocol.Call(nameof(Characteristics.SendCompleteHandler), Irql.DISPATCH_LEVEL, () =>
            Characteristics.SendCompleteHandler!(context, (NDIS_PACKET*)packet, status));
        Done();
    }

    public NDIS_STATUS Request(NDIS_REQUEST* request)
    {
        Interlocked.Increment(ref _outstanding);
        nint address = (nint)request;
        AwaitedEnd? end = Expect(address);
        return Begun(!IsClosing && Adapter.Post(() => RequestPath.Perform(this, address)), end);
    }

    /// <summary>NdisReset.</summary>
    public NDIS_STATUS Reset()
    {
        Interlocked.Increment(ref _outstanding);
        if (!IsClosing && Adapter.Post(() => Adapter.Resets.Ask(this))) return NDIS_STATUS_PENDING;
        Done();
        return NDIS_STATUS_CLOSING;
    }

    public void ResetComplete(NDIS_STATUS status)
    {
        if (Characteristics.ResetCompleteHandler is { } handler)
            Protocol.Call(nameof(Characteristics.ResetCompleteHandler), Irql.DISPATCH_LEVEL, () => handler(context, status));
        Done();
    }

    public void RequestComplete(nint request, NDIS_STATUS status, uint bytes, uint needed)
    {
        ((NDIS_REQUEST*)request)->BytesWritten = bytes;
        ((NDIS_REQUEST*)request)->BytesNeeded = needed;
        if (_ends?.TryEnd(request, status) != true)
        {
            Protocol.Call(nameof(Characteristics.RequestCompleteHandler), Irql.DISPATCH_LEVEL, () =>
                Characteristics.RequestCompleteHandler!(context, (NDIS_REQUEST*)request, status));
        }

        Done();
    }

    public void Receive(ReceiveIndication frame)
    {
        Indicate(nameof(Characteristics.ReceiveHandler), Irql.DISPATCH_LEVEL, () =>
        {
            _received = true;
            Characteristics.ReceiveHandler!(
                context,
                new NDIS_HANDLE(frame.ReceiveContext),
                (void*)frame.Header,
                frame.HeaderSize,
                (void*)frame.LookAhead,
                frame.LookAheadSize,
                frame.PacketSize);
        });
    }

    /// <summary>Offers a packet. Returns how often the protocol will give it back; 0 where it is done with it.</summary>
    public int ReceivePacket(nint packet)
    {
        int kept = 0;
        Indicate(nameof(Characteristics.ReceivePacketHandler), Irql.DISPATCH_LEVEL, () =>
        {
            _received = true;
            kept = Characteristics.ReceivePacketHandler!(context, (NDIS_PACKET*)packet);
        });
        return kept;
    }

    /// <summary>A transfer whose end NdisMTransferDataComplete may tell.</summary>
    public void BeginTransfer() => Interlocked.Increment(ref _outstanding);

    /// <summary>It ended at once.</summary>
    public void EndTransfer() => Done();

    public void TransferDataComplete(nint packet, NDIS_STATUS status, uint bytes)
    {
        if (Characteristics.TransferDataCompleteHandler is { } handler)
        {
            Protocol.Call(nameof(Characteristics.TransferDataCompleteHandler), Irql.DISPATCH_LEVEL, () =>
                handler(context, (NDIS_PACKET*)packet, status, bytes));
        }

        Done();
    }

    public void ReceiveComplete()
    {
        if (!_received) return;
        _received = false;
        if (Characteristics.ReceiveCompleteHandler is { } complete)
            Indicate(nameof(Characteristics.ReceiveCompleteHandler), Irql.DISPATCH_LEVEL, () => complete(context));
    }

    public void Status(NDIS_STATUS status, void* buffer, uint length)
    {
        if (Characteristics.StatusHandler is { } handler)
            Indicate(nameof(Characteristics.StatusHandler), Irql.DISPATCH_LEVEL, () => handler(context, status, buffer, length));
    }

    public void StatusComplete()
    {
        if (Characteristics.StatusCompleteHandler is { } handler)
            Indicate(nameof(Characteristics.StatusCompleteHandler), Irql.DISPATCH_LEVEL, () => handler(context));
    }

    /// <summary>
    /// Asks the protocol to close the adapter. It may wait for the close within its function, so that this does not count as one
    /// that the close waits for.
    /// </summary>
    public void Unbind()
    {
        if (Characteristics.UnbindAdapterHandler is not { } unbind || IsClosing) return;
        int self = Environment.CurrentManagedThreadId;
        if (Interlocked.CompareExchange(ref _unbinder, self, 0) is not 0 and var other)
        {
            // The adapter goes while its driver is unloaded, or the other way round: the protocol is asked once.
            if (other != self) Adapter.Instance.WaitUntil(s_patience, () => IsClosing);
            return;
        }

        NDIS_STATUS status = NDIS_STATUS_SUCCESS;
        Protocol.Call(nameof(Characteristics.UnbindAdapterHandler), Irql.PASSIVE_LEVEL, () =>
            unbind(out status, context, Handle));
        if (status == NDIS_STATUS_PENDING) Adapter.Instance.WaitUntil(s_patience, () => IsClosing);
    }

    /// <summary>NdisCancelSendPackets.</summary>
    public void CancelSends(nint cancelId) => Adapter.Post(() => Adapter.Sends.Cancel(this, cancelId));

    /// <summary>
    /// Closes as soon as nothing is outstanding and no handler runs: at once, or with a call of
    /// ProtocolCloseAdapterComplete after the last of them.
    /// </summary>
    public NDIS_STATUS Close()
    {
        // The close itself counts as outstanding, so that exactly one of its two ends sees zero.
        Interlocked.Increment(ref _outstanding);
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            Interlocked.Decrement(ref _outstanding);
            return NDIS_STATUS_CLOSING;
        }

        if (Interlocked.Decrement(ref _outstanding) > 0) return NDIS_STATUS_PENDING;
        Remove();
        return NDIS_STATUS_SUCCESS;
    }

    private void Look(ReadOnlySpan<nint> packets)
    {
        if (_ends is null) return;
        foreach (nint packet in packets)
        {
            Adapter.Instance.DescriptorOwners.GetValueOrDefault(packet)?.CheckEdge(packet, nameof(NdisLibrary.NdisSend));
            Adapter.Instance.Options.Verification!.Sending?.Invoke(Protocol.Driver, packet);
        }
    }

    // The adapter's own thread would wait for itself.
    private AwaitedEnd? Expect(nint what) => _ends is null || Adapter.Turn.IsCurrent ? null : _ends.Expect(what);

    /// <summary>What is outstanding has begun, or not. Its status, where it ended within the call.</summary>
    private NDIS_STATUS Begun(bool hasBegun, AwaitedEnd? end)
    {
        NDIS_STATUS status = end is null ? NDIS_STATUS_PENDING : _ends!.Take(end, hasBegun);
        if (hasBegun) return status;
        Done();
        return NDIS_STATUS_CLOSING;
    }

    /// <summary>
    /// Calls one of the protocol's handlers, unless it closes. The close is not done before the handler has returned.
    /// </summary>
    private void Indicate(string handler, Irql irql, Action call)
    {
        Interlocked.Increment(ref _outstanding);
        if (!IsClosing) Protocol.Call(handler, irql, call);
        Done();
    }

    private void Done()
    {
        if (Interlocked.Decrement(ref _outstanding) != 0 || !IsClosing || !Remove()) return;
        Protocol.Call(nameof(Characteristics.CloseAdapterCompleteHandler), Irql.PASSIVE_LEVEL, () =>
            Characteristics.CloseAdapterCompleteHandler!(context, NDIS_STATUS_SUCCESS));
    }

    private bool Remove()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return false;
        Adapter.Instance.Handles.Remove(Handle);
        Adapter.Bindings.Remove(this);
        Adapter.Instance.Wake();
        return true;
    }
}
