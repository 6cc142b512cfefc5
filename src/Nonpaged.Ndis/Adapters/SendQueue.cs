using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>Packets that protocols send, from their arrival until the miniport has completed them.</summary>
internal sealed unsafe class SendQueue(
    Miniport miniport, OidQueue oids, ScatterGatherLists lists, Turn turn, IAdapterLife life, DriverReports reports)
{
    private const int LargestSendBatch = 32;

    // What protocols sent since the adapter last had its turn. While it is busy, packets gather, and go to the miniport together.
    private readonly Queue<(nint Packet, Binding Binding)> _arrivals = new();
    private readonly Queue<(nint Packet, Binding Binding)> _sendQueue = new();
    private readonly ConcurrentDictionary<nint, Binding> _inFlight = new();
    private readonly nint[] _batch = new nint[LargestSendBatch];
    private readonly Binding[] _batchBindings = new Binding[LargestSendBatch];
    private int _sendBatch = LargestSendBatch;
    private DirectSends? _direct;
    private volatile bool _isLost;
    private bool _outOfResources;
    private bool _wasRefused;
    private bool _hasAnnounced;
    private long _framesSent;

    /// <summary>Frames that the miniport reported as sent.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>The miniport has packets that it has not completed.</summary>
    public bool AreInFlight => !_inFlight.IsEmpty;

    /// <summary>From here on a deserialized miniport gets its packets on the threads that send them.</summary>
    public void SendDirectly() => _direct = new DirectSends(
        miniport, _inFlight, () => life.State == AdapterState.Running && !_isLost && !miniport.HasFaulted && !lists.AreMade,
        (packet, binding, status) => Settle(
            packet, binding, status == NDIS_STATUS_RESOURCES ? Failed(nameof(Functions.SendHandler)) : status));

    /// <summary>Behind the end of the state in which it runs: no thread is in the miniport's send function any more.</summary>
    public void AwaitDirect() => _direct?.Await();

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>Queues a protocol's packets behind those before them. False where the adapter is gone.</summary>
    public bool Send(Binding binding, ReadOnlySpan<nint> packets)
    {
        if (_direct?.TrySend(binding, packets, _sendBatch) == true) return true;
        lock (_arrivals)
        {
            if (_arrivals.Count == 0 && !turn.Post(SendArrivals)) return false;
            foreach (nint packet in packets) _arrivals.Enqueue((packet, binding));
            return true;
        }
    }

    /// <summary>OID_GEN_MAXIMUM_SEND_PACKETS, which a miniport with MiniportSendPackets may answer.</summary>
    public void AskForBatchSize()
    {
        if (Functions.SendPacketsHandler is null) return;
        ReadOnlySpan<byte> most = oids.Query(NdisLibrary.OID_GEN_MAXIMUM_SEND_PACKETS, sizeof(uint));
        if (most.Length == sizeof(uint)) _sendBatch = (int)Math.Clamp(MemoryMarshal.Read<uint>(most), 1, LargestSendBatch);
    }

    private void SendArrivals()
    {
        lock (_arrivals)
        {
            while (_arrivals.TryDequeue(out (nint Packet, Binding Binding) one)) _sendQueue.Enqueue(one);
        }

        if (!_isLost && life.State is (AdapterState.Running or AdapterState.Resetting)) SendQueued();
        else AbortQueued();
    }

    /// <summary>NdisMSendComplete.</summary>
    public void EndSend(nint packet, NDIS_STATUS status, IReadOnlyList<CodePlace>? stack = null)
    {
        _outOfResources = false;
        _hasAnnounced = true;
        if (!_inFlight.TryRemove(packet, out Binding? binding))
        {
            reports.Report(
                NdisReportKind.BadHandle,
                nameof(NdisLibrary.NdisMSendComplete),
                $"The packet at 0x{packet:x} is not being sent, or its send was completed before.",
                stack);
            return;
        }

        Complete(packet, binding, status);
        if (_sendQueue.Count > 0) turn.Post(SendQueued);
    }

    /// <summary>NdisMSendResourcesAvailable.</summary>
    public void AnnounceResources()
    {
        _hasAnnounced = true;
        ResourcesAvailable();
    }

    private void ResourcesAvailable()
    {
        _outOfResources = false;
        turn.Post(SendQueued);
    }

    /// <summary>Gives the miniport what it takes of what is queued.</summary>
    public void SendQueued()
    {
        while (_sendQueue.Count > 0 && !_isLost && !_outOfResources && !miniport.HasFaulted && life.State == AdapterState.Running)
        {
            if (RefusesTwice()) continue;
            if (Functions.SendPacketsHandler is { } sendPackets) SendMany(sendPackets);
            else SendOne();
        }
    }

    /// <summary>
    /// A packet that the miniport has is not sent a second time: its end could not be told from the first one's, and a close of
    /// the binding would wait for it without end.
    /// </summary>
    private bool RefusesTwice()
    {
        (nint packet, Binding binding) = _sendQueue.Peek();
        if (!_inFlight.ContainsKey(packet)) return false;
        _sendQueue.Dequeue();
        binding.Adapter.Instance.Report(
            NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisSend), binding.Protocol.Driver,
            "A packet was sent whose send before is not complete. The second send has failed.");
        binding.SendComplete(packet, NDIS_STATUS_FAILURE);
        return true;
    }

    private void SendOne()
    {
        (nint packet, Binding? binding) = _sendQueue.Peek();
        if (!lists.Prepare(packet))
        {
            PutOff(packet, binding);
            return;
        }

        _inFlight[packet] = binding;
        uint flags = ((NDIS_PACKET*)packet)->Private.Flags;
        NDIS_STATUS status = miniport.Call(nameof(Functions.SendHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_REQUEST_ABORTED, () =>
            Functions.SendHandler!(miniport.Context, (NDIS_PACKET*)packet, flags));
        if (miniport.IsDeserialized && status == NDIS_STATUS_RESOURCES) status = Failed(nameof(Functions.SendHandler));
        if (!Refused(packet, status)) _sendQueue.Dequeue();
        // A reset within the call has aborted it as well.
        if (status is NDIS_STATUS_SUCCESS && !_inFlight.ContainsKey(packet) && life.State == AdapterState.Running)
        {
            reports.Report(NdisReportKind.BrokenRule, nameof(Functions.SendHandler),
                "MiniportSend completed a packet by NdisMSendComplete, and by the status that it returned again: the packet was "
                    + "the "
                    + "protocol's by then.");
        }

        Settle(packet, binding, status);
        TryAgainLater();
    }

    /// <summary>
    /// A deserialized miniport queues by itself what it has no resources for, so its packet has failed (MiniportSend, NDIS 5.1).
    /// </summary>
    private NDIS_STATUS Failed(string handler)
    {
        reports.ReportOnce(
            NdisReportKind.BrokenRule,
            handler,
            "A deserialized miniport returned NDIS_STATUS_RESOURCES, and must queue the packet instead. Its send has failed.");
        return NDIS_STATUS_FAILURE;
    }

    /// <summary>
    /// MiniportSendPackets takes them in order. Of a serialized miniport's those from the first one that it has no resources
    /// for stay queued, and the others are what their status says; a deserialized one completes each by NdisMSendComplete, and
    /// its packets' status means nothing (MiniportSendPackets, NDIS 5.1).
    /// </summary>
    private void SendMany(W_SEND_PACKETS_HANDLER send)
    {
        int count = 0;
        foreach ((nint packet, Binding? binding) in _sendQueue)
        {
            if (count == _sendBatch || _inFlight.ContainsKey(packet) || !lists.Prepare(packet)) break;
            _inFlight[packet] = _batchBindings[count] = binding;
            _batch[count++] = packet;
            NdisLibrary.NDIS_SET_PACKET_STATUS((NDIS_PACKET*)packet, NDIS_STATUS_PENDING);
        }

        if (count == 0)
        {
            (nint packet, Binding? binding) = _sendQueue.Peek();
            PutOff(packet, binding);
            return;
        }

        miniport.Call(nameof(Functions.SendPacketsHandler), Irql.DISPATCH_LEVEL, () =>
        {
            fixed (nint* packets = _batch) send(miniport.Context, (NDIS_PACKET**)packets, (uint)count);
        });
        for (int index = 0; index < count; index++)
        {
            nint packet = _batch[index];
            // A packet that was completed inside the call is the protocol's again and must not be read.
            NDIS_STATUS status = !miniport.IsDeserialized && _inFlight.ContainsKey(packet)
                ? NdisLibrary.NDIS_GET_PACKET_STATUS((NDIS_PACKET*)packet)
                : NDIS_STATUS_PENDING;
            if (_outOfResources || Refused(packet, status)) _inFlight.TryRemove(packet, out _);
            else _sendQueue.Dequeue();
            if (!_outOfResources) Settle(packet, _batchBindings[index], status);
        }

        TryAgainLater();
    }

    /// <summary>
    /// There is no memory to send the packet from. What is in flight may give some back; with nothing in flight, nothing will,
    /// and the send has failed.
    /// </summary>
    private void PutOff(nint packet, Binding binding)
    {
        if (!_inFlight.IsEmpty)
        {
            Refused(packet, NDIS_STATUS_RESOURCES);
            return;
        }

        _sendQueue.Dequeue();
        Complete(packet, binding, NDIS_STATUS_RESOURCES);
    }

    /// <summary>
    /// A miniport that had no resources for a packet says when it has some: by a completion, or by NdisMSendResourcesAvailable.
    /// Looked at when it is halted.
    /// </summary>
    public void CheckAnnounced()
    {
        if (!_wasRefused || _hasAnnounced) return;
        reports.Report(NdisReportKind.BrokenRule, nameof(Functions.SendHandler),
            "MiniportSend returned NDIS_STATUS_RESOURCES, and the miniport never called NdisMSendResourcesAvailable or "
                + "NdisMSendComplete: NDIS holds the packet until then.");
    }

    private bool Refused(nint packet, NDIS_STATUS status)
    {
        if (status != NDIS_STATUS_RESOURCES) return false;
        _wasRefused |= !miniport.HasFaulted;
        _inFlight.TryRemove(packet, out _);
        return _outOfResources = true;
    }

    /// <summary>
    /// What frees a serialized miniport's resources is mostly its deferred handling of an interrupt. One whose sends end at
    /// once has nothing to complete there, and many of these do not call NdisMSendResourcesAvailable.
    /// </summary>
    public void SendAfterInterrupt()
    {
        _outOfResources = false;
        SendQueued();
    }

    /// <summary>
    /// With nothing in flight no completion would ever bring back what was refused, and perhaps no interrupt: time will.
    /// </summary>
    private void TryAgainLater()
    {
        if (_outOfResources && _inFlight.IsEmpty) turn.Schedule(TimeSpan.FromMilliseconds(10), ResourcesAvailable);
    }

    private void Settle(nint packet, Binding binding, NDIS_STATUS status)
    {
        if (status is NDIS_STATUS_PENDING or NDIS_STATUS_RESOURCES) return;
        if (_inFlight.TryRemove(packet, out _)) Complete(packet, binding, status);
    }

    private void Complete(nint packet, Binding binding, NDIS_STATUS status)
    {
        lists.Release(packet);
        if (status == NDIS_STATUS_SUCCESS) Interlocked.Increment(ref _framesSent);
        binding.SendComplete(packet, status);
    }

    /// <summary>
    /// NdisCancelSendPackets: what is queued is completed with NDIS_STATUS_REQUEST_ABORTED; the miniport is asked for what it
    /// has.
    /// </summary>
    public void Cancel(Binding binding, nint cancelId)
    {
        (nint Packet, Binding Binding)[] queued = [.. _sendQueue];
        _sendQueue.Clear();
        List<nint> cancelled = [];
        foreach ((nint packet, Binding from) in queued)
        {
            nint own = (nint)NdisLibrary.NDIS_GET_PACKET_CANCEL_ID((NDIS_PACKET*)packet);
            if (from == binding && own == cancelId) cancelled.Add(packet);
            else _sendQueue.Enqueue((packet, from));
        }

        foreach (nint packet in cancelled) Complete(packet, binding, NDIS_STATUS_REQUEST_ABORTED);
        if (Functions.CancelSendPacketsHandler is not { } cancel || life.State != AdapterState.Running) return;
        miniport.Call(nameof(Functions.CancelSendPacketsHandler), Irql.DISPATCH_LEVEL, () =>
            cancel(miniport.Context, (void*)cancelId));
    }

    public void AbortQueued()
    {
        while (_sendQueue.TryDequeue(out (nint Packet, Binding Binding) one))
            Complete(one.Packet, one.Binding, NDIS_STATUS_REQUEST_ABORTED);
    }

    /// <summary>The card is gone, and the miniport halted: nothing is sent any more.</summary>
    public void Lose()
    {
        _isLost = true;
        AbortInFlight();
        SendArrivals();
    }

    public void AbortInFlight()
    {
        // No completion will tell that there are resources again.
        _outOfResources = false;
        foreach ((nint packet, Binding? binding) in _inFlight.ToArray())
        {
            if (_inFlight.TryRemove(packet, out _)) Complete(packet, binding, NDIS_STATUS_REQUEST_ABORTED);
        }
    }
}
