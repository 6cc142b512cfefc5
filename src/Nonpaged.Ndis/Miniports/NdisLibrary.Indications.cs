namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>A packet that MiniportSend or MiniportSendPackets kept is the protocol's again. Callable on any thread.</summary>
    public static void NdisMSendComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_PACKET* Packet, NDIS_STATUS Status)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL) is not { } adapter) return;
        if (adapter.Turn.IsCurrent) adapter.Sends.EndSend((nint)Packet, Status);
        else EndLater(adapter, (nint)Packet, Status);

        static void EndLater(Adapter adapter, nint packet, NDIS_STATUS status)
        {
            // Where the call is, for a report that another thread makes.
            IReadOnlyList<CodePlace>? stack = adapter.Instance.Options.Verification?.Stack();
            adapter.Turn.End(() => adapter.Sends.EndSend(packet, status, stack));
        }
    }

    /// <summary>A miniport that returned NDIS_STATUS_RESOURCES can take packets again.</summary>
    public static void NdisMSendResourcesAvailable(NDIS_HANDLE MiniportAdapterHandle)
    {
        if (AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL) is { } adapter)
            adapter.Turn.End(adapter.Sends.AnnounceResources);
    }

    /// <summary>Offers a received frame to the protocols. Its buffers must hold until the call returns.</summary>
    /// <param name="MiniportAdapterHandle">The adapter.</param>
    /// <param name="MiniportReceiveContext">What names the frame to MiniportTransferData.</param>
    /// <param name="HeaderBuffer">The Ethernet header.</param>
    /// <param name="HeaderBufferSize">14.</param>
    /// <param name="LookaheadBuffer">The bytes behind the header.</param>
    /// <param name="LookaheadBufferSize">How many of them are at hand.</param>
    /// <param name="PacketSize">How many of them there are in all.</param>
    public static void NdisMEthIndicateReceive(
        NDIS_HANDLE MiniportAdapterHandle,
        NDIS_HANDLE MiniportReceiveContext,
        void* HeaderBuffer,
        uint HeaderBufferSize,
        void* LookaheadBuffer,
        uint LookaheadBufferSize,
        uint PacketSize)
    {
        // Nothing here depends on it, and a driver that is not verified is left alone.
        if (CallContext.Current.Instance.Options.Verification is not null) RequireDispatch(nameof(NdisMEthIndicateReceive));
        AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL)?.Receives.IndicateReceive(new ReceiveIndication(
            MiniportReceiveContext.Value,
            (nint)HeaderBuffer,
            HeaderBufferSize,
            (nint)LookaheadBuffer,
            LookaheadBufferSize,
            PacketSize));
    }

    /// <summary>
    /// Offers received frames to the protocols, a packet each. When it returns, packets whose status is not NDIS_STATUS_PENDING
    /// are the miniport's again; a deserialized miniport gets those that were not indicated with NDIS_STATUS_RESOURCES through
    /// MiniportReturnPacket, which may be called before this returns.
    /// </summary>
    public static void NdisMIndicateReceivePacket(
        NDIS_HANDLE MiniportAdapterHandle, NDIS_PACKET** ReceivePackets, uint NumberOfPackets) =>
        AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL)?.Receives.IndicatePackets(ReceivePackets, NumberOfPackets);

    /// <summary>Ends a burst of NdisMEthIndicateReceive.</summary>
    public static void NdisMEthIndicateReceiveComplete(NDIS_HANDLE MiniportAdapterHandle) =>
        AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL)?.Receives.EndReceive();

    /// <summary>Ends a MiniportTransferData that returned NDIS_STATUS_PENDING.</summary>
    public static void NdisMTransferDataComplete(
        NDIS_HANDLE MiniportAdapterHandle, NDIS_PACKET* Packet, NDIS_STATUS Status, uint BytesTransferred) =>
        AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL)?.Receives.EndTransfer((nint)Packet, Status, BytesTransferred);

    /// <summary>Ends a MiniportQueryInformation that returned NDIS_STATUS_PENDING. Callable on any thread.</summary>
    public static void NdisMQueryInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status) =>
        EndRequest(MiniportAdapterHandle, Status, isSet: false, nameof(NdisMQueryInformationComplete));

    /// <summary>Ends a MiniportSetInformation that returned NDIS_STATUS_PENDING. Callable on any thread.</summary>
    public static void NdisMSetInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status) =>
        EndRequest(MiniportAdapterHandle, Status, isSet: true, nameof(NdisMSetInformationComplete));

    private static void EndRequest(NDIS_HANDLE handle, NDIS_STATUS status, bool isSet, string call)
    {
        if (AdapterOf(handle, Irql.DISPATCH_LEVEL, call) is { } adapter)
            adapter.Turn.End(() => adapter.Oids.EndRequest(status, isSet, call));
    }
}
