namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private const uint EthernetHeaderSize = 14;

    private long _framesReceived;
    private long _framesMalformed;
    private ReceiveIndication? _indication;

    /// <summary>NdisMEthIndicateReceive: offers a frame to each protocol whose packet filter takes it.</summary>
    internal void IndicateReceive(ReceiveIndication indication)
    {
        if (indication.HeaderSize != EthernetHeaderSize || indication.LookAheadSize > indication.PacketSize)
        {
            Interlocked.Increment(ref _framesMalformed);
            ReportOnce(
                NdisReportKind.BrokenRule,
                nameof(NdisLibrary.NdisMEthIndicateReceive),
                "A frame was indicated with a header that is not of 14 bytes, or with more look-ahead bytes than it has.");
            return;
        }

        Interlocked.Increment(ref _framesReceived);
        var destination = new ReadOnlySpan<byte>((void*)indication.Header, 6);
        _indication = indication;
        foreach (var binding in Bindings)
        {
            if (binding.Takes(destination, MacAddress)) binding.Receive(indication);
        }

        _indication = null;
    }

    /// <summary>NdisMEthIndicateReceiveComplete: protocols that took frames may do the work that they put off.</summary>
    internal void EndReceive()
    {
        foreach (var binding in Bindings) binding.ReceiveComplete();
    }

    /// <summary>
    /// NdisTransferData, from within a protocol's ReceiveHandler. What lies in the look-ahead buffer needs no miniport to copy it.
    /// </summary>
    internal NDIS_STATUS TransferData(
        nint receiveContext, uint offset, uint bytes, NDIS_PACKET* packet, out uint transferred)
    {
        transferred = 0;
        if (_indication is not { } indication || indication.ReceiveContext != receiveContext) return NDIS_STATUS_FAILURE;
        if (offset >= indication.PacketSize) return NDIS_STATUS_INVALID_LENGTH;

        var wanted = Math.Min(bytes, indication.PacketSize - offset);
        if (offset + wanted <= indication.LookAheadSize)
        {
            transferred = PacketCursor.Write(packet, 0, (byte*)indication.LookAhead + offset, wanted);
            return NDIS_STATUS_SUCCESS;
        }

        if (Miniport.TransferDataHandler is not { } transfer)
        {
            Report(
                NdisReportKind.BrokenRule,
                nameof(Miniport.TransferDataHandler),
                "The miniport indicated a part of a frame and has no function that gives the rest.");
            return NDIS_STATUS_FAILURE;
        }

        var copied = 0u;
        var status = Call(nameof(Miniport.TransferDataHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_FAILURE, () =>
            transfer(packet, out copied, _miniportContext, new NDIS_HANDLE(receiveContext), offset, wanted));
        transferred = copied;
        return status;
    }
}
