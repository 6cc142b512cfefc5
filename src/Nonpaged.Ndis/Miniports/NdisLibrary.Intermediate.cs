namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// Registers the miniport of an intermediate driver: no hardware has it, and the driver makes its adapters
    /// (NdisIMInitializeDeviceInstanceEx). Failures are those of NdisMRegisterMiniport.
    /// </summary>
    public static NDIS_STATUS NdisIMRegisterLayeredMiniport(
        NDIS_HANDLE NdisWrapperHandle,
        NDIS_MINIPORT_CHARACTERISTICS MiniportCharacteristics,
        uint CharacteristicsLength,
        out NDIS_HANDLE DriverHandle)
    {
        ArgumentNullException.ThrowIfNull(MiniportCharacteristics);
        DriverHandle = default;
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<DriverRegistration>(NdisWrapperHandle) is not { } registration) return NDIS_STATUS_FAILURE;
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        NDIS_STATUS status = CheckMiniport(context, MiniportCharacteristics, nameof(NdisIMRegisterLayeredMiniport));
        if (status != NDIS_STATUS_SUCCESS) return status;
        var layer = new LayeredMiniport(registration, MiniportCharacteristics);
        DriverHandle = layer.Handle = context.Instance.Handles.Add(layer);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Undoes NdisIMRegisterLayeredMiniport. The driver has no adapter of it any more.</summary>
    public static void NdisIMDeregisterLayeredMiniport(NDIS_HANDLE DriverHandle)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<LayeredMiniport>(DriverHandle) is not { } layer) return;
        int running = context.Instance.Adapters.Count(one => one.Origin.Layer == layer);
        if (running > 0)
        {
            context.Report(
                NdisReportKind.BrokenRule, nameof(NdisIMDeregisterLayeredMiniport),
                $"{running} of its adapters run. Close them first (NdisIMDeInitializeDeviceInstance).");
            return;
        }

        context.Instance.Handles.Remove(DriverHandle);
    }

    /// <summary>Tells that the miniport and the protocol are the two edges of one driver.</summary>
    public static void NdisIMAssociateMiniport(NDIS_HANDLE DriverHandle, NDIS_HANDLE ProtocolHandle)
    {
        Caller(Irql.PASSIVE_LEVEL);
        if (Resolve<LayeredMiniport>(DriverHandle) is { } layer && Resolve<ProtocolRegistration>(ProtocolHandle) is { } protocol)
            layer.Protocol = protocol;
    }

    /// <summary>
    /// Makes an adapter of an intermediate driver: its MiniportInitialize runs, and protocols are offered the adapter, before
    /// this returns. DeviceContext is what NdisIMGetDeviceContext gives there.
    /// </summary>
    public static NDIS_STATUS NdisIMInitializeDeviceInstanceEx(
        NDIS_HANDLE DriverHandle, NDIS_STRING* DriverInstance, NDIS_HANDLE DeviceContext)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (IsShort()) return NDIS_STATUS_RESOURCES;
        return Resolve<LayeredMiniport>(DriverHandle) is { } layer
            ? context.Instance.StartLayered(layer, NDIS_STRING.Text(DriverInstance), DeviceContext)
            : NDIS_STATUS_FAILURE;
    }

    /// <summary>
    /// Takes back an NdisIMInitializeDeviceInstanceEx that has not begun. NDIS_STATUS_FAILURE: here each has begun.
    /// </summary>
    public static NDIS_STATUS NdisIMCancelInitializeDeviceInstance(NDIS_HANDLE DriverHandle, NDIS_STRING* DeviceInstance)
    {
        Caller(Irql.PASSIVE_LEVEL);
        Resolve<LayeredMiniport>(DriverHandle);
        return NDIS_STATUS_FAILURE;
    }

    /// <summary>
    /// Ends an adapter of an intermediate driver: protocols close it, and its MiniportHalt runs, before this returns.
    /// </summary>
    public static NDIS_STATUS NdisIMDeInitializeDeviceInstance(NDIS_HANDLE NdisMiniportHandle)
    {
        if (AdapterOf(NdisMiniportHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        if (adapter.Origin.Layer is null)
        {
            adapter.Report(
                NdisReportKind.BrokenRule, nameof(NdisIMDeInitializeDeviceInstance),
                "Plug and play has made the adapter, and no intermediate driver.");
            return NDIS_STATUS_FAILURE;
        }

        adapter.HaltFromDriver();
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>What an intermediate driver calls its adapter by.</summary>
    public static NDIS_HANDLE NdisIMGetDeviceContext(NDIS_HANDLE MiniportAdapterHandle) =>
        AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL)?.Origin.DeviceContext ?? default;

    /// <summary>ProtocolBindingContext of an adapter that a protocol has open.</summary>
    public static NDIS_HANDLE NdisIMGetBindingContext(NDIS_HANDLE NdisBindingHandle)
    {
        Caller(Irql.DISPATCH_LEVEL);
        return Resolve<Binding>(NdisBindingHandle)?.Adapter.Origin.DeviceContext ?? default;
    }

    /// <summary>Takes over what a packet carries beside its bytes, for a packet that is sent in its place.</summary>
    public static void NdisIMCopySendPerPacketInfo(NDIS_PACKET* DstPacket, NDIS_PACKET* SrcPacket)
    {
        // The list for scatter and gather is of each packet's own buffers.
        SCATTER_GATHER_LIST* own = NDIS_SCATTER_GATHER_LIST(DstPacket);
        CopyPerPacketInfo(DstPacket, SrcPacket);
        NDIS_SCATTER_GATHER_LIST(DstPacket) = own;
        DstPacket->Private.Flags = SrcPacket->Private.Flags;
    }

    /// <summary>Takes over what the miniport below has told of a packet that was sent in another's place.</summary>
    public static void NdisIMCopySendCompletePerPacketInfo(NDIS_PACKET* DstPacket, NDIS_PACKET* SrcPacket)
    {
        const int TcpLargeSendPacketInfo = 2;
        PerPacketInfo(DstPacket, TcpLargeSendPacketInfo) = PerPacketInfo(SrcPacket, TcpLargeSendPacketInfo);
    }

    private static void CopyPerPacketInfo(NDIS_PACKET* to, NDIS_PACKET* from)
    {
        for (int which = 0; which < PerPacketInfoCount; which++) PerPacketInfo(to, which) = PerPacketInfo(from, which);
    }
}
