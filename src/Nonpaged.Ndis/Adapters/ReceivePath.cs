using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>Frames that a miniport indicates, on their way to the protocols.</summary>
internal sealed unsafe class ReceivePath(Bindings bindings, Miniport miniport, DriverReports reports) : IDisposable
{
    private const uint EthernetHeaderSize = 14;

    private long _framesReceived;
    private long _framesMalformed;
    private readonly Dictionary<nint, Binding> _transfers = [];

    // BytesTransferred. A driver may write there until it completes a transfer that pends (MiniportTransferData, NDIS 5.1).
    private readonly uint* _transferred = (uint*)NativeMemory.AllocZeroed(1, sizeof(uint));
    private ReceiveIndication? _indication;

    /// <summary>The adapter's own address; null where the miniport did not tell it.</summary>
    public MacAddress? Address { get; set; }

    /// <summary>Frames that the miniport indicated.</summary>
    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    /// <summary>Frames indicated with lengths that contradict each other.</summary>
    public long FramesMalformed => Interlocked.Read(ref _framesMalformed);

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>NdisMEthIndicateReceive: offers a frame to each protocol whose packet filter takes it.</summary>
    public void IndicateReceive(ReceiveIndication indication)
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
        _indication = indication;
        foreach (Binding binding in bindings.All)
        {
            if (binding.Settings.Takes(destination, Address)) binding.Receive(indication);
        }

        _indication = null;
    }

    /// <summary>
    /// NdisMIndicateReceivePacket. Protocols copy what they want of a frame, so that a packet is the miniport's again when this
    /// returns, whatever its status: a serialized miniport sees that its status is not NDIS_STATUS_PENDING, a deserialized one
    /// is told by MiniportReturnPacket.
    /// </summary>
    public void IndicatePackets(NDIS_PACKET** packets, uint count)
    {
        for (uint index = 0u; index < count; index++)
        {
            NDIS_PACKET* packet = packets[index];
            NDIS_STATUS status = NdisLibrary.NDIS_GET_PACKET_STATUS(packet);
            IndicatePacket(packet);
            if (!miniport.IsDeserialized || status == NDIS_STATUS_RESOURCES) continue;
            if (Functions.ReturnPacketHandler is { } give)
            {
                nint returned = (nint)packet;
                miniport.Call(nameof(Functions.ReturnPacketHandler), Irql.DISPATCH_LEVEL, () =>
                    give(miniport.Context, (NDIS_PACKET*)returned));
            }
        }

        EndReceive();
    }

    private void IndicatePacket(NDIS_PACKET* packet)
    {
        NdisLibrary.NdisGetFirstBufferFromPacket(packet, out _, out void* first, out uint length, out uint total);
        if (length < EthernetHeaderSize)
        {
            Interlocked.Increment(ref _framesMalformed);
            reports.ReportOnce(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMIndicateReceivePacket),
                $"A packet was indicated whose first buffer has {length} bytes, "
                + $"and so not the whole header of {EthernetHeaderSize}.");
            return;
        }

        IndicateReceive(new ReceiveIndication(
            (nint)packet,
            (nint)first,
            EthernetHeaderSize,
            (nint)first + (nint)EthernetHeaderSize,
            length - EthernetHeaderSize,
            total - EthernetHeaderSize,
            (nint)packet));
    }

    /// <summary>NdisMEthIndicateReceiveComplete: protocols that took frames may do the work that they put off.</summary>
    public void EndReceive()
    {
        foreach (Binding binding in bindings.All) binding.ReceiveComplete();
    }

    /// <summary>
    /// NdisTransferData, from within a protocol's ReceiveHandler. What lies in the look-ahead buffer needs no miniport to copy
    /// it.
    /// </summary>
    public NDIS_STATUS TransferData(
        Binding binding, nint receiveContext, uint offset, uint bytes, NDIS_PACKET* packet, out uint transferred)
    {
        transferred = 0;
        if (_indication is not { } indication || indication.ReceiveContext != receiveContext) return NDIS_STATUS_FAILURE;
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

        if (Functions.TransferDataHandler is not { } transfer)
        {
            reports.Report(
                NdisReportKind.BrokenRule,
                nameof(Functions.TransferDataHandler),
                "The miniport indicated a part of a frame and has no function that gives the rest.");
            return NDIS_STATUS_FAILURE;
        }

        *_transferred = 0;
        NDIS_STATUS status = miniport.Call(nameof(Functions.TransferDataHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
            transfer(packet, out *_transferred, miniport.Context, new NDIS_HANDLE(receiveContext), offset, wanted));
        transferred = *_transferred;
        if (status == NDIS_STATUS_PENDING)
        {
            binding.BeginTransfer();
            _transfers[(nint)packet] = binding;
        }

        return status;
    }

    /// <summary>NdisMTransferDataComplete.</summary>
    public void EndTransfer(nint packet, NDIS_STATUS status, uint bytes)
    {
        if (_transfers.Remove(packet, out Binding? binding))
        {
            binding.TransferDataComplete(packet, status, bytes);
            return;
        }

        reports.Report(
            NdisReportKind.BadHandle,
            nameof(NdisLibrary.NdisMTransferDataComplete),
            $"No transfer into the packet at 0x{packet:x} was pending.");
    }

    public void AbortTransfers()
    {
        foreach ((nint packet, Binding? binding) in _transfers.ToArray())
        {
            if (_transfers.Remove(packet)) binding.TransferDataComplete(packet, NDIS_STATUS_REQUEST_ABORTED, 0);
        }
    }

    /// <summary>Frees what the miniport's functions wrote to: after its halt.</summary>
    public void Dispose() => NativeMemory.Free(_transferred);
}
