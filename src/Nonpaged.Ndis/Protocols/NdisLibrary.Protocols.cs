namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// Registers a protocol driver. NDIS_STATUS_BAD_VERSION and NDIS_STATUS_BAD_CHARACTERISTICS where it lacks something.
    /// </summary>
    public static void NdisRegisterProtocol(
        out NDIS_STATUS Status,
        out NDIS_HANDLE NdisProtocolHandle,
        NDIS_PROTOCOL_CHARACTERISTICS ProtocolCharacteristics,
        uint CharacteristicsLength)
    {
        ArgumentNullException.ThrowIfNull(ProtocolCharacteristics);
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        NdisProtocolHandle = default;
        Status = NDIS_STATUS_BAD_VERSION;
        if (ProtocolCharacteristics.MajorNdisVersion is < 3 or > 5) return;
        Status = NDIS_STATUS_BAD_CHARACTERISTICS;
        if (ProtocolRegistration.Missing(ProtocolCharacteristics) is { } missing)
        {
            context.Report(NdisReportKind.BrokenRule, nameof(NdisRegisterProtocol), $"{missing} is required.");
            return;
        }

        Status = NDIS_STATUS_RESOURCES;
        if (IsShort()) return;
        var protocol = new ProtocolRegistration(context, ProtocolCharacteristics);
        NdisProtocolHandle = protocol.Handle;
        Status = NDIS_STATUS_SUCCESS;
        // Plug and play offers adapters to a driver that is loaded once its DriverEntry has returned.
        if (protocol.Owner is null) protocol.BindToAll();
    }

    /// <summary>
    /// Ends a protocol driver. One with ProtocolUnbindAdapter is asked to close what it has open, and waited for; another must
    /// have closed it.
    /// </summary>
    public static void NdisDeregisterProtocol(out NDIS_STATUS Status, NDIS_HANDLE NdisProtocolHandle)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<ProtocolRegistration>(NdisProtocolHandle) is not { } protocol) return;
        int open = protocol.Bindings.Count();
        if (open > 0 && protocol.Characteristics.UnbindAdapterHandler is null)
        {
            context.Report(
                NdisReportKind.BrokenRule, nameof(NdisDeregisterProtocol), $"{open} adapters are open. Close them first.");
            return;
        }

        protocol.Close();
        // What a driver that was loaded leaves is looked for when it is unloaded.
        if (protocol.Owner is null) DriverLeftovers.GiveBack(context.Instance, protocol.Driver, "The protocol");
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>Opens an adapter by its name. Frames come once OID_GEN_CURRENT_PACKET_FILTER is set.</summary>
    public static void NdisOpenAdapter(
        out NDIS_STATUS Status,
        out NDIS_STATUS OpenErrorStatus,
        out NDIS_HANDLE NdisBindingHandle,
        out uint SelectedMediumIndex,
        NDIS_MEDIUM* MediumArray,
        uint MediumArraySize,
        NDIS_HANDLE NdisProtocolHandle,
        NDIS_HANDLE ProtocolBindingContext,
        NDIS_STRING* AdapterName,
        uint OpenOptions,
        void* AddressingInformation)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        OpenErrorStatus = NDIS_STATUS_SUCCESS;
        NdisBindingHandle = default;
        SelectedMediumIndex = 0;
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<ProtocolRegistration>(NdisProtocolHandle) is not { } protocol) return;
        Status = NDIS_STATUS_RESOURCES;
        if (IsShort()) return;

        Status = NDIS_STATUS_UNSUPPORTED_MEDIA;
        uint index = 0;
        while (index < MediumArraySize && MediumArray[index] != NDIS_MEDIUM.NdisMedium802_3) index++;
        if (index == MediumArraySize) return;

        string name = NDIS_STRING.Text(AdapterName);
        Adapter? adapter = context.Instance.Adapters.FirstOrDefault(
            one => AdapterNames.AreSame(one.Name, name) && one.State == AdapterState.Running);
        Status = NDIS_STATUS_ADAPTER_NOT_FOUND;
        if (adapter is null || ((IAdapterLife)adapter).IsHaltAsked) return;

        var binding = new Binding(adapter, protocol, ProtocolBindingContext);
        binding.Handle = context.Instance.Handles.Add(binding);
        adapter.Bindings.Add(binding);
        NdisBindingHandle = binding.Handle;
        SelectedMediumIndex = index;
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// Closes an adapter. NDIS_STATUS_PENDING while sends or requests are outstanding; ProtocolCloseAdapterComplete follows.
    /// </summary>
    public static void NdisCloseAdapter(out NDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle)
    {
        Caller(Irql.PASSIVE_LEVEL);
        Status = Resolve<Binding>(NdisBindingHandle)?.Close() ?? NDIS_STATUS_FAILURE;
    }

    /// <summary>Sends a packet. NDIS_STATUS_PENDING: it is NDIS's until ProtocolSendComplete.</summary>
    public static void NdisSend(out NDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, NDIS_PACKET* Packet)
    {
        Caller(Irql.DISPATCH_LEVEL);
        Status = Resolve<Binding>(NdisBindingHandle)?.Send(Packet) ?? NDIS_STATUS_FAILURE;
    }

    /// <summary>Sends packets in order. Each of them is completed by ProtocolSendComplete.</summary>
    public static void NdisSendPackets(NDIS_HANDLE NdisBindingHandle, NDIS_PACKET** PacketArray, uint NumberOfPackets)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<Binding>(NdisBindingHandle) is not { } binding) return;
        if (NumberOfPackets <= int.MaxValue) binding.Send(new ReadOnlySpan<nint>(PacketArray, (int)NumberOfPackets));
        else context.Report(NdisReportKind.BrokenRule, nameof(NdisSendPackets), $"No array has {NumberOfPackets} packets.");
    }

    /// <summary>Queries or sets an OID. NDIS_STATUS_PENDING: ProtocolRequestComplete follows.</summary>
    public static void NdisRequest(out NDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, NDIS_REQUEST* NdisRequest)
    {
        Caller(Irql.DISPATCH_LEVEL);
        Status = Resolve<Binding>(NdisBindingHandle)?.Request(NdisRequest) ?? NDIS_STATUS_FAILURE;
    }

    /// <summary>
    /// Has the miniport reset its adapter. NDIS_STATUS_PENDING: ProtocolResetComplete follows. All protocols that have the
    /// adapter open are told of its begin and end by ProtocolStatus (NDIS_STATUS_RESET_START, NDIS_STATUS_RESET_END).
    /// </summary>
    public static void NdisReset(out NDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle)
    {
        Caller(Irql.PASSIVE_LEVEL);
        Status = Resolve<Binding>(NdisBindingHandle)?.Reset() ?? NDIS_STATUS_FAILURE;
    }

    /// <summary>From within ProtocolReceive: copies bytes behind the frame's header into a packet's buffers.</summary>
    public static void NdisTransferData(
        out NDIS_STATUS Status,
        NDIS_HANDLE NdisBindingHandle,
        NDIS_HANDLE MacReceiveContext,
        uint ByteOffset,
        uint BytesToTransfer,
        NDIS_PACKET* Packet,
        out uint BytesTransferred)
    {
        Caller(Irql.DISPATCH_LEVEL);
        BytesTransferred = 0;
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<Binding>(NdisBindingHandle) is not { } binding) return;
        Status = binding.Adapter.Receives.TransferData(
            binding, MacReceiveContext.Value, ByteOffset, BytesToTransfer, Packet, out BytesTransferred);
    }
}
