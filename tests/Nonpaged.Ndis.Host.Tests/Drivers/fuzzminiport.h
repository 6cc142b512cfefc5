/* The miniport of fuzzdriver.c, with -DVIRTUAL for --nic none and with -DLAYER above an adapter. */
#if defined(VIRTUAL) || defined(LAYER)

static NDIS_STATUS Initialize(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_HANDLE opened;
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(Error);
    for (*Selected = 0; *Selected < Count && Media[*Selected] != NdisMedium802_3; (*Selected)++) {
    }
#ifdef VIRTUAL
    NdisMSetAttributes(Handle, &F, FALSE, NdisInterfaceInternal);
    NdisOpenConfiguration(&status, &opened, Configuration);
    ReadAll(opened);
    NdisCloseConfiguration(opened);
    F.Adapter = Handle;
    Begin();
#else
    UNREFERENCED_PARAMETER(opened), UNREFERENCED_PARAMETER(status), UNREFERENCED_PARAMETER(Configuration);
    if (NdisIMGetDeviceContext(Handle) != &F) {
        LONG index = NdisInterlockedIncrement(&F.LayerCount) - 1;
        if (index >= 32) return NDIS_STATUS_RESOURCES;
        F.Layers[index] = Handle;
    }
    NdisMSetAttributesEx(Handle, Handle, 0, NDIS_ATTRIBUTE_INTERMEDIATE_DRIVER | NDIS_ATTRIBUTE_DESERIALIZE | NDIS_ATTRIBUTE_NO_HALT_ON_SUSPEND,
        NdisInterfaceInternal);
    if (NdisIMGetDeviceContext(Handle) == &F) F.LayerAdapter = Handle;
    Saw(Handle);
#endif
    return NDIS_STATUS_SUCCESS;
}

static VOID Halt(NDIS_HANDLE Context)
{
    if (Context == &F) End();
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = FALSE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    RANDOM random = RandomOf(FALSE);
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Packet), UNREFERENCED_PARAMETER(Flags);
    if (Depth == 0) Steps(FALSE, 2);
    return Below(&random, 8) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Bytes, ULONG Size, PULONG Written, PULONG Needed)
{
    static const UCHAR address[ETH_LENGTH_OF_ADDRESS] = { 2, 0, 0x5e, 0, 0, 3 };
    ULONG number = Oid == OID_GEN_MAXIMUM_FRAME_SIZE ? 1500 : Oid == OID_GEN_MAXIMUM_TOTAL_SIZE ? 1514 : 0;
    const void *source = &number;

    UNREFERENCED_PARAMETER(Context);
    if (Depth == 0) Steps(FALSE, 2);
    *Needed = sizeof number;
    if (Oid == OID_802_3_CURRENT_ADDRESS || Oid == OID_802_3_PERMANENT_ADDRESS) source = address, *Needed = sizeof address;
    *Written = 0;
    if (Size < *Needed) return NDIS_STATUS_BUFFER_TOO_SHORT;
    NdisMoveMemory(Bytes, source, *Needed);
    *Written = *Needed;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Set(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Bytes, ULONG Size, PULONG Taken, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Oid), UNREFERENCED_PARAMETER(Bytes);
    *Taken = *Needed = Size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS RegisterMiniport(VOID)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = NDIS_MINIPORT_MAJOR_VERSION;
    characteristics.MinorNdisVersion = NDIS_MINIPORT_MINOR_VERSION;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
    characteristics.ResetHandler = Reset;
    characteristics.SendHandler = Send;
    characteristics.QueryInformationHandler = Query;
    characteristics.SetInformationHandler = Set;
#ifdef VIRTUAL
    return NdisMRegisterMiniport(F.Wrapper, &characteristics, sizeof characteristics);
#else
    return NdisIMRegisterLayeredMiniport(F.Wrapper, &characteristics, sizeof characteristics, &F.Layer);
#endif
}

#endif
