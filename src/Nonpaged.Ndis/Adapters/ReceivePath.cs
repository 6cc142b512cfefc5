using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// Frames that a miniport indicates, on their way to the protocols: on the thread that indicates them, which is another than the
/// adapter's where the miniport lies above a protocol, or has threads of its own. Thread-safe.
/// </summary>
internal sealed unsafe class ReceivePath(
    Bindings bindings, Miniport miniport, PacketLoans loans, Turn turn, DriverReports reports)
{
    private const uint EthernetHeaderSize = 14;

    private readonly ConcurrentDictionary<nint, PendingTransfer> _transfers = new();
    private long _framesReceived;
    private long _framesMalformed;

    /// <summary>The adapter's own address; null where the miniport did not tell it.</summary>
    public MacAddress? Address { get; set; }

    /// <summary>Frames that the miniport indicated.</summary>
    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    /// <summary>Frames indicated with lengths that contradict each other.</summary>
    public long FramesMalformed => Interlocked.Read(ref _framesMalformed);

    /// <summary>Makes packets of frames; null for never.</summary>
    public PacketCopies? Copies { get; init; }

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>NdisMEthIndicateReceive: offers a frame to each protocol whose packet filter takes it.</summary>
    public void IndicateReceive(ReceiveIndication indication) => Indicate(indication, null);

    /// <summary>
    /// NdisMIndicateReceivePacket. A protocol with ProtocolReceivePacket may keep a packet, unless its status is
    /// NDIS_STATUS_RESOURCES; the others copy what they want of it. What nobody kept is the miniport's again when this returns:
    /// a serialized miniport sees that its status is not NDIS_STATUS_PENDING, a deserialized one is told by
    /// MiniportReturnPacket.
    /// </summary>
    public void IndicatePackets(NDIS_PACKET** packets, uint count)
    {
        for (uint index = 0u; index < count; index++) IndicatePacket(packets[index]);
        EndReceive();
    }

    /// <summary>NdisMEthIndicateReceiveComplete: protocols that took frames may do the work that they put off.</summary>
    public void EndReceive()
    {
        foreach (Binding binding in bindings.All) binding.ReceiveComplete();
    }

    /// <summary>A packet that protocols kept is the miniport's again.</summary>
    public void TakeBack(nint packet) => turn.End(() => GiveToMiniport(packet));

    /// <summary>The packet that a frame was indicated as (NdisGetReceivedPacket); NULL where it was not.</summary>
    public NDIS_PACKET* PacketOf(nint receiveContext) =>
        (NDIS_PACKET*)(IndicatedFrame.Find(this, receiveContext)?.Packet ?? 0);

    /// <summary>
    /// NdisTransferData, from within a protocol's ReceiveHandler. What lies in the look-ahead buffer needs no miniport to copy
    /// it.
    /// </summary>
    public NDIS_STATUS TransferData(
        Binding binding, nint receiveContext, uint offset, uint bytes, NDIS_PACKET* packet, out uint transferred)
    {
        transferred = 0;
        if (IndicatedFrame.Find(this, receiveContext) is not { } indication) return NDIS_STATUS_FAILURE;
        if (offset >= indication.PacketSize) return NDIS_STATUS_INVALID_LENGTH;

        uint wanted = Math.Min(bytes, indication.PacketSize - offset);
        if (offset + wanted <= indication.LookAheadSize)
        {
            transferred = PacketCursor.Write(packet, 0, (byte*)indication.LookAhead + offset, wanted);
            return NDIS_STATUS_SUCCESS;
        }

        if (indication.Packet != 0)
        {
            NdisLibrary.NdisCopyFromPacketToPacket(
                packet, 0, wanted, (NDIS_PACKET*)indication.Packet, EthernetHeaderSize + offset, out transferred);
            return NDIS_STATUS_SUCCESS;
        }

        if (Functions.TransferDataHandler is not null)
            return Transfer(binding, receiveContext, offset, wanted, packet, out transferred);
        reports.Report(
            NdisReportKind.BrokenRule,
            nameof(Functions.TransferDataHandler),
            "The miniport indicated a part of a frame and has no function that gives the rest.");
        return NDIS_STATUS_FAILURE;
    }

    /// <summary>NdisMTransferDataComplete.</summary>
    public void EndTransfer(nint packet, NDIS_STATUS status, uint bytes)
    {
        if (_transfers.TryRemove(packet, out PendingTransfer? transfer))
        {
            transfer.Complete(packet, status, bytes);
            return;
        }

        reports.Report(
            NdisReportKind.BadHandle,
            nameof(NdisLibrary.NdisMTransferDataComplete),
            $"No transfer into the packet at 0x{packet:x} was pending.");
    }

    /// <summary>After the miniport's halt: nothing of it can complete a transfer, nor take a packet back, any more.</summary>
    public void Abort(string who)
    {
        foreach (nint packet in _transfers.Keys)
        {
            if (_transfers.TryRemove(packet, out PendingTransfer? transfer))
                transfer.Complete(packet, NDIS_STATUS_REQUEST_ABORTED, 0);
        }

        IReadOnlyList<ProtocolRegistration?> keepers = loans.Forget(this);
        Copies?.FreeAll();
        if (keepers.Count == 0) return;
        reports.LeftWith(
            keepers[0], nameof(NdisLibrary.NdisMIndicateReceivePacket),
            $"{who} ended while protocols kept {keepers.Count} of its packets, which they do not give back any more.");
    }

    private void Indicate(ReceiveIndication indication, PacketLoan? loan)
    {
        if (indication.HeaderSize != EthernetHeaderSize || indication.LookAheadSize > indication.PacketSize)
        {
            Interlocked.Increment(ref _framesMalformed);
            reports.ReportOnce(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMEthIndicateReceive),
                "A frame was indicated with a header that is not of 14 bytes, or with more look-ahead bytes than it has.");
            return;
        }

        Interlocked.Increment(ref _framesReceived);
        var destination = new ReadOnlySpan<byte>((void*)indication.Header, 6);
        var frame = IndicatedFrame.Begin(this, indication);
        foreach (Binding binding in bindings.All)
        {
            if (!binding.Settings.Takes(destination, Address)) continue;
            if (loan is not null && binding.TakesPackets) loan.Owe(binding, binding.ReceivePacket(indication.Packet));
            else if (loan is not null || !binding.TakesPackets || !OfferCopy(binding, indication)) binding.Receive(indication);
        }

        frame.End();
    }

    private bool OfferCopy(Binding binding, ReceiveIndication indication)
    {
        nint packet = indication.Packet != 0 ? 0 : (nint)(Copies is null ? null : Copies.TryMake(indication, miniport.Driver));
        if (packet == 0 || loans.Begin(this, packet) is not { } loan) return false;
        loan.Owe(binding, binding.ReceivePacket(packet));
        if (loans.End(loan)) Copies!.TryFree(packet);
        return true;
    }

    private void IndicatePacket(NDIS_PACKET* packet)
    {
        NdisLibrary.NdisGetFirstBufferFromPacket(packet, out _, out void* first, out uint length, out uint total);
        NDIS_STATUS status = NdisLibrary.NDIS_GET_PACKET_STATUS(packet);
        if (length < EthernetHeaderSize)
        {
            Interlocked.Increment(ref _framesMalformed);
            reports.ReportOnce(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMIndicateReceivePacket),
                $"A packet was indicated whose first buffer has {length} bytes, "
                + $"and so not the whole header of {EthernetHeaderSize}.");
            Settle(packet, status, null);
            return;
        }

        PacketLoan? loan = status == NDIS_STATUS_RESOURCES ? null : loans.Begin(this, (nint)packet);
        if (loan is null && status != NDIS_STATUS_RESOURCES)
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMIndicateReceivePacket),
                $"The packet at 0x{(nint)packet:x} was indicated while protocols keep it.");
            return;
        }

        Indicate(
            new ReceiveIndication(
                (nint)packet,
                (nint)first,
                EthernetHeaderSize,
                (nint)first + (nint)EthernetHeaderSize,
                length - EthernetHeaderSize,
                total - EthernetHeaderSize,
                (nint)packet),
            loan);
        Settle(packet, status, loan);
    }

    /// <summary>Whose a packet is when its indication is over.</summary>
    private void Settle(NDIS_PACKET* packet, NDIS_STATUS status, PacketLoan? loan)
    {
        bool returns = miniport.IsDeserialized && status != NDIS_STATUS_RESOURCES;
        // Before the end, with which another thread may have the packet given back.
        if (!miniport.IsDeserialized && loan is not null) NdisLibrary.NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_PENDING);
        if (loan is not null && !loans.End(loan)) return;
        if (returns) TakeBack((nint)packet);
        else if (loan is not null) NdisLibrary.NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    }

    private void GiveToMiniport(nint packet)
    {
        if (Copies?.TryFree(packet) == true) return;
        if (Functions.ReturnPacketHandler is not { } give) return;
        miniport.Call(nameof(Functions.ReturnPacketHandler), Irql.DISPATCH_LEVEL, () =>
            give(miniport.Context, (NDIS_PACKET*)packet));
    }

    private NDIS_STATUS Transfer(
        Binding binding, nint receiveContext, uint offset, uint wanted, NDIS_PACKET* packet, out uint transferred)
    {
        W_TRANSFER_DATA_HANDLER transfer = Functions.TransferDataHandler!;
        var pending = new PendingTransfer(binding);
        // Before the call, within which the miniport, or another thread of its own, may complete it.
        binding.BeginTransfer();
        _transfers[(nint)packet] = pending;
        NDIS_STATUS status = miniport.Call(nameof(Functions.TransferDataHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
            transfer(packet, out *pending.Bytes, miniport.Context, new NDIS_HANDLE(receiveContext), offset, wanted));
        transferred = 0;
        // A miniport that has completed it as well has told the protocol so.
        bool hasEnded = status != NDIS_STATUS_PENDING && _transfers.TryRemove((nint)packet, out _);
        if (hasEnded)
        {
            transferred = *pending.Bytes;
            pending.Cancel();
        }

        pending.Release();
        return hasEnded ? status : NDIS_STATUS_PENDING;
    }
}
