namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// Gives back packets that ProtocolReceivePacket kept. One that it said it would give back several times is the miniport's
    /// again with the last of them. Callable on any thread.
    /// </summary>
    public static void NdisReturnPackets(NDIS_PACKET** PacketsToReturn, uint NumberOfPackets)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        for (uint index = 0u; index < NumberOfPackets; index++)
        {
            nint packet = (nint)PacketsToReturn[index];
            if (context.Instance.Loans.Return(packet)) continue;
            context.Report(
                NdisReportKind.BadHandle, nameof(NdisReturnPackets),
                $"The packet at 0x{packet:x} is kept by no protocol, or was given back before.");
        }
    }

    /// <summary>
    /// From within ProtocolReceive: the packet that the miniport indicated the frame as; NULL where it did not.
    /// </summary>
    public static NDIS_PACKET* NdisGetReceivedPacket(NDIS_HANDLE NdisBindingHandle, NDIS_HANDLE MacContext)
    {
        Caller(Irql.DISPATCH_LEVEL);
        return Resolve<Binding>(NdisBindingHandle) is { } binding ? binding.Adapter.Receives.PacketOf(MacContext.Value) : null;
    }

    /// <summary>
    /// Cancels the sends of packets with an identifier (NDIS_SET_PACKET_CANCEL_ID). Those that NDIS or the miniport has queued
    /// are completed with NDIS_STATUS_REQUEST_ABORTED; the others as if nothing had been cancelled.
    /// </summary>
    public static void NdisCancelSendPackets(NDIS_HANDLE NdisBindingHandle, void* CancelId)
    {
        Caller(Irql.DISPATCH_LEVEL);
        Resolve<Binding>(NdisBindingHandle)?.CancelSends((nint)CancelId);
    }

    /// <summary>
    /// A number from 1 to 255 for the highest byte of a driver's identifiers, so that no other driver has the same.
    /// </summary>
    public static byte NdisGeneratePartialCancelId() => CallContext.Current.Instance.NextCancelId();
}
