/*
 * An intermediate driver: it lies over an adapter, makes an adapter of its own of it, counts what passes in both directions, and passes it on.
 *
 *     nonpaged run ./counter.so --over e1000
 */
#include <ndis.h>

enum { PACKETS = 64, MOST_PACKETS = 1024, TAG = 'tnuC' };

typedef struct _COUNTER {
    NDIS_HANDLE Binding;     /* to the adapter below */
    NDIS_HANDLE Miniport;    /* the adapter of our own; NULL while it is not initialized */
    NDIS_HANDLE SendPool;
    NDIS_HANDLE ReceivePool;
    NDIS_STATUS Status;
    NDIS_EVENT Done;         /* an open or a close that pended has ended */
    NDIS_REQUEST Request;    /* NDIS gives a miniport one at a time */
    PULONG BytesUsed;
    PULONG BytesNeeded;
    BOOLEAN HasReceived;     /* a frame was indicated whose end was not */
    LONG Sent;
    LONG Received;
} COUNTER, *PCOUNTER;

/* What a packet of ours stands for. */
#define ORIGINAL_OF(packet) (*(PNDIS_PACKET *)(void *)(packet)->ProtocolReserved)
#define RECEIVED_OF(packet) (*(PNDIS_PACKET *)(void *)(packet)->MiniportReserved)

static NDIS_HANDLE Protocol, Driver, Wrapper;

/* The upper edge: a miniport. */

static NDIS_STATUS MiniportInitialize(
    PNDIS_STATUS OpenError, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    PCOUNTER counter = (PCOUNTER)NdisIMGetDeviceContext(Handle);
    UINT index;

    UNREFERENCED_PARAMETER(OpenError), UNREFERENCED_PARAMETER(Configuration);
    for (index = 0; index < Count && Media[index] != NdisMedium802_3; index++) {
    }
    if (index == Count) return NDIS_STATUS_UNSUPPORTED_MEDIA;
    *Selected = index;
    NdisMSetAttributesEx(
        Handle, counter, 0,
        NDIS_ATTRIBUTE_INTERMEDIATE_DRIVER | NDIS_ATTRIBUTE_DESERIALIZE | NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT
            | NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT | NDIS_ATTRIBUTE_NO_HALT_ON_SUSPEND,
        NdisInterfaceInternal);
    counter->Miniport = Handle;
    return NDIS_STATUS_SUCCESS;
}

static VOID MiniportHalt(NDIS_HANDLE Context)
{
    PCOUNTER counter = (PCOUNTER)Context;

    counter->Miniport = NULL;
    DbgPrint("%d frames sent, %d received\n", counter->Sent, counter->Received);
}

static NDIS_STATUS MiniportReset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = FALSE;
    return NDIS_STATUS_SUCCESS;
}

/* A packet may not be sent twice, so that a packet of ours with the same buffers goes to the adapter below. */
static NDIS_STATUS SendOne(PCOUNTER Counter, PNDIS_PACKET Packet)
{
    PNDIS_PACKET own;
    NDIS_STATUS status;

    NdisAllocatePacket(&status, &own, Counter->SendPool);
    if (status != NDIS_STATUS_SUCCESS) return status;
    ORIGINAL_OF(own) = Packet;
    own->Private.Head = Packet->Private.Head;
    own->Private.Tail = Packet->Private.Tail;
    own->Private.ValidCounts = FALSE;
    NdisMoveMemory(NDIS_OOB_DATA_FROM_PACKET(own), NDIS_OOB_DATA_FROM_PACKET(Packet), sizeof(NDIS_PACKET_OOB_DATA));
    NdisIMCopySendPerPacketInfo(own, Packet);
    NdisSend(&status, Counter->Binding, own);
    if (status == NDIS_STATUS_PENDING) return status;
    NdisIMCopySendCompletePerPacketInfo(Packet, own);
    NdisFreePacket(own);
    if (status == NDIS_STATUS_SUCCESS) NdisInterlockedIncrement(&Counter->Sent);
    return status;
}

static VOID MiniportSendPackets(NDIS_HANDLE Context, PPNDIS_PACKET Packets, UINT Count)
{
    PCOUNTER counter = (PCOUNTER)Context;
    UINT index;

    for (index = 0; index < Count; index++) {
        NDIS_STATUS status = SendOne(counter, Packets[index]);
        if (status != NDIS_STATUS_PENDING) NdisMSendComplete(counter->Miniport, Packets[index], status);
    }
}

static VOID MiniportCancelSendPackets(NDIS_HANDLE Context, PVOID CancelId)
{
    NdisCancelSendPackets(((PCOUNTER)Context)->Binding, CancelId);
}

static VOID MiniportReturnPacket(NDIS_HANDLE Context, PNDIS_PACKET Packet)
{
    PNDIS_PACKET original = RECEIVED_OF(Packet);

    UNREFERENCED_PARAMETER(Context);
    NdisFreePacket(Packet);
    NdisReturnPackets(&original, 1);
}

static NDIS_STATUS MiniportTransferData(
    PNDIS_PACKET Packet, PUINT Transferred, NDIS_HANDLE Context, NDIS_HANDLE Receive, UINT Offset, UINT Length)
{
    NDIS_STATUS status;

    NdisTransferData(&status, ((PCOUNTER)Context)->Binding, Receive, Offset, Length, Packet, Transferred);
    return status;
}

/* Our adapter sleeps and wakes by itself; all other requests go to the adapter below. */
static BOOLEAN IsPower(NDIS_OID Oid)
{
    return (BOOLEAN)(Oid == OID_PNP_CAPABILITIES || Oid == OID_PNP_QUERY_POWER || Oid == OID_PNP_SET_POWER);
}

static NDIS_STATUS Forward(
    PCOUNTER Counter, NDIS_REQUEST_TYPE Type, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Used, PULONG Needed)
{
    PNDIS_REQUEST request = &Counter->Request;
    NDIS_STATUS status;

    *Used = *Needed = 0;
    if (IsPower(Oid)) {
        if (Oid != OID_PNP_CAPABILITIES) return NDIS_STATUS_SUCCESS;
        *Needed = sizeof(NDIS_PNP_CAPABILITIES);
        if (Length < sizeof(NDIS_PNP_CAPABILITIES)) return NDIS_STATUS_BUFFER_TOO_SHORT;
        NdisZeroMemory(Buffer, sizeof(NDIS_PNP_CAPABILITIES));
        *Used = sizeof(NDIS_PNP_CAPABILITIES);
        return NDIS_STATUS_SUCCESS;
    }
    NdisZeroMemory(request, sizeof *request);
    request->RequestType = Type;
    request->DATA.QUERY_INFORMATION.Oid = Oid;
    request->DATA.QUERY_INFORMATION.InformationBuffer = Buffer;
    request->DATA.QUERY_INFORMATION.InformationBufferLength = Length;
    Counter->BytesUsed = Used;
    Counter->BytesNeeded = Needed;
    NdisRequest(&status, Counter->Binding, request);
    if (status == NDIS_STATUS_PENDING) return status;
    *Used = request->DATA.QUERY_INFORMATION.BytesWritten;
    *Needed = request->DATA.QUERY_INFORMATION.BytesNeeded;
    return status;
}

static NDIS_STATUS MiniportQueryInformation(
    NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    return Forward((PCOUNTER)Context, NdisRequestQueryInformation, Oid, Buffer, Length, Written, Needed);
}

static NDIS_STATUS MiniportSetInformation(
    NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    return Forward((PCOUNTER)Context, NdisRequestSetInformation, Oid, Buffer, Length, Read, Needed);
}

/* The lower edge: a protocol. */

static VOID ProtocolOpenAdapterComplete(NDIS_HANDLE Context, NDIS_STATUS Status, NDIS_STATUS OpenError)
{
    UNREFERENCED_PARAMETER(OpenError);
    ((PCOUNTER)Context)->Status = Status;
    NdisSetEvent(&((PCOUNTER)Context)->Done);
}

static VOID ProtocolCloseAdapterComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    ((PCOUNTER)Context)->Status = Status;
    NdisSetEvent(&((PCOUNTER)Context)->Done);
}

static VOID Free(PCOUNTER Counter)
{
    if (Counter->SendPool != NULL) NdisFreePacketPool(Counter->SendPool);
    if (Counter->ReceivePool != NULL) NdisFreePacketPool(Counter->ReceivePool);
    NdisFreeMemory(Counter, sizeof *Counter, 0);
}

static VOID Close(PCOUNTER Counter)
{
    NDIS_STATUS status;

    NdisResetEvent(&Counter->Done);
    NdisCloseAdapter(&status, Counter->Binding);
    if (status == NDIS_STATUS_PENDING) NdisWaitEvent(&Counter->Done, 0);
}

static NDIS_STATUS Open(PCOUNTER Counter, PNDIS_STRING Name)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    UINT selected;

    NdisAllocatePacketPoolEx(&status, &Counter->SendPool, PACKETS, MOST_PACKETS - PACKETS, sizeof(PNDIS_PACKET));
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisAllocatePacketPoolEx(
        &status, &Counter->ReceivePool, PACKETS, MOST_PACKETS - PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisOpenAdapter(&status, &error, &Counter->Binding, &selected, &medium, 1, Protocol, Counter, Name, 0, NULL);
    if (status == NDIS_STATUS_PENDING) {
        NdisWaitEvent(&Counter->Done, 0);
        status = Counter->Status;
    }
    return status;
}

/* The name of our adapter is in the parameters of the binding. */
static NDIS_STATUS MakeAdapter(PCOUNTER Counter, PVOID Section)
{
    NDIS_STRING keyword = NDIS_STRING_CONST("UpperBindings");
    PNDIS_CONFIGURATION_PARAMETER name;
    NDIS_HANDLE configuration;
    NDIS_STATUS status;

    NdisOpenProtocolConfiguration(&status, &configuration, (PNDIS_STRING)Section);
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisReadConfiguration(&status, &name, configuration, &keyword, NdisParameterString);
    if (status == NDIS_STATUS_SUCCESS)
        status = NdisIMInitializeDeviceInstanceEx(Driver, &name->ParameterData.StringData, Counter);
    NdisCloseConfiguration(configuration);
    return status;
}

static VOID ProtocolBindAdapter(
    PNDIS_STATUS Status, NDIS_HANDLE BindContext, PNDIS_STRING DeviceName, PVOID Section, PVOID Unused)
{
    PCOUNTER counter;

    UNREFERENCED_PARAMETER(BindContext), UNREFERENCED_PARAMETER(Unused);
    *Status = NdisAllocateMemoryWithTag((PVOID *)&counter, sizeof *counter, TAG);
    if (*Status != NDIS_STATUS_SUCCESS) return;
    NdisZeroMemory(counter, sizeof *counter);
    NdisInitializeEvent(&counter->Done);
    *Status = Open(counter, DeviceName);
    if (*Status == NDIS_STATUS_SUCCESS) {
        *Status = MakeAdapter(counter, Section);
        if (*Status == NDIS_STATUS_SUCCESS) return;
        Close(counter);
    }
    Free(counter);
}

static VOID ProtocolUnbindAdapter(PNDIS_STATUS Status, NDIS_HANDLE Context, NDIS_HANDLE UnbindContext)
{
    PCOUNTER counter = (PCOUNTER)Context;

    UNREFERENCED_PARAMETER(UnbindContext);
    /* The protocols above close our adapter, and MiniportHalt has run, when this returns. */
    if (counter->Miniport != NULL) NdisIMDeInitializeDeviceInstance(counter->Miniport);
    Close(counter);
    Free(counter);
    *Status = NDIS_STATUS_SUCCESS;
}

static VOID ProtocolSendComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    PCOUNTER counter = (PCOUNTER)Context;
    PNDIS_PACKET original = ORIGINAL_OF(Packet);

    if (Status == NDIS_STATUS_SUCCESS) NdisInterlockedIncrement(&counter->Sent);
    NdisIMCopySendCompletePerPacketInfo(original, Packet);
    NdisFreePacket(Packet);
    NdisMSendComplete(counter->Miniport, original, Status);
}

static VOID ProtocolTransferDataComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status, UINT Transferred)
{
    NdisMTransferDataComplete(((PCOUNTER)Context)->Miniport, Packet, Status, Transferred);
}

static VOID ProtocolResetComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status);
}

static VOID ProtocolRequestComplete(NDIS_HANDLE Context, PNDIS_REQUEST Request, NDIS_STATUS Status)
{
    PCOUNTER counter = (PCOUNTER)Context;

    *counter->BytesUsed = Request->DATA.QUERY_INFORMATION.BytesWritten;
    *counter->BytesNeeded = Request->DATA.QUERY_INFORMATION.BytesNeeded;
    if (Request->RequestType == NdisRequestSetInformation) NdisMSetInformationComplete(counter->Miniport, Status);
    else NdisMQueryInformationComplete(counter->Miniport, Status);
}

/* A packet of ours with the buffers of one that came from below; NULL where there is none left. */
static PNDIS_PACKET Wrap(PCOUNTER Counter, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    PNDIS_PACKET own;
    NDIS_STATUS status;

    NdisAllocatePacket(&status, &own, Counter->ReceivePool);
    if (status != NDIS_STATUS_SUCCESS) return NULL;
    RECEIVED_OF(own) = Packet;
    own->Private.Head = Packet->Private.Head;
    own->Private.Tail = Packet->Private.Tail;
    own->Private.ValidCounts = FALSE;
    NdisSetPacketFlags(own, NdisGetPacketFlags(Packet));
    NDIS_SET_ORIGINAL_PACKET(own, NDIS_GET_ORIGINAL_PACKET(Packet));
    NDIS_SET_PACKET_STATUS(own, Status);
    NDIS_SET_PACKET_HEADER_SIZE(own, NDIS_GET_PACKET_HEADER_SIZE(Packet));
    return own;
}

static NDIS_STATUS ProtocolReceive(
    NDIS_HANDLE Context, NDIS_HANDLE Receive, PVOID Header, UINT HeaderSize, PVOID Ahead, UINT AheadSize, UINT Size)
{
    PCOUNTER counter = (PCOUNTER)Context;
    PNDIS_PACKET packet = NdisGetReceivedPacket(counter->Binding, Receive), own;

    if (counter->Miniport == NULL) return NDIS_STATUS_NOT_ACCEPTED;
    NdisInterlockedIncrement(&counter->Received);
    own = packet == NULL ? NULL : Wrap(counter, packet, NDIS_STATUS_RESOURCES);
    if (own != NULL) {
        /* The packet is the adapter's below as soon as we return: nobody above may keep ours. */
        NdisMIndicateReceivePacket(counter->Miniport, &own, 1);
        NdisFreePacket(own);
        return NDIS_STATUS_SUCCESS;
    }
    counter->HasReceived = TRUE;
    NdisMEthIndicateReceive(counter->Miniport, Receive, Header, HeaderSize, Ahead, AheadSize, Size);
    return NDIS_STATUS_SUCCESS;
}

static VOID ProtocolReceiveComplete(NDIS_HANDLE Context)
{
    PCOUNTER counter = (PCOUNTER)Context;

    if (counter->Miniport != NULL && counter->HasReceived) NdisMEthIndicateReceiveComplete(counter->Miniport);
    counter->HasReceived = FALSE;
}

static INT ProtocolReceivePacket(NDIS_HANDLE Context, PNDIS_PACKET Packet)
{
    PCOUNTER counter = (PCOUNTER)Context;
    NDIS_STATUS status = NDIS_GET_PACKET_STATUS(Packet);
    PNDIS_PACKET own;

    if (counter->Miniport == NULL) return 0;
    own = Wrap(counter, Packet, status);
    if (own == NULL) return 0;
    NdisInterlockedIncrement(&counter->Received);
    NdisMIndicateReceivePacket(counter->Miniport, &own, 1);
    if (status != NDIS_STATUS_RESOURCES) return 1;
    NdisFreePacket(own);
    return 0;
}

static VOID ProtocolStatus(NDIS_HANDLE Context, NDIS_STATUS Status, PVOID Buffer, UINT Length)
{
    PCOUNTER counter = (PCOUNTER)Context;

    if (counter->Miniport != NULL) NdisMIndicateStatus(counter->Miniport, Status, Buffer, Length);
}

static VOID ProtocolStatusComplete(NDIS_HANDLE Context)
{
    PCOUNTER counter = (PCOUNTER)Context;

    if (counter->Miniport != NULL) NdisMIndicateStatusComplete(counter->Miniport);
}

static NDIS_STATUS ProtocolPnPEvent(NDIS_HANDLE Context, PNET_PNP_EVENT Event)
{
    PCOUNTER counter = (PCOUNTER)Context;

    /* What may be removed below is asked above. */
    if (counter != NULL && counter->Miniport != NULL
        && (Event->NetEvent == NetEventQueryRemoveDevice || Event->NetEvent == NetEventCancelRemoveDevice))
        return NdisIMNotifyPnPEvent(counter->Miniport, Event);
    return NDIS_STATUS_SUCCESS;
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(DriverObject);
    NdisDeregisterProtocol(&status, Protocol);
    NdisIMDeregisterLayeredMiniport(Driver);
}

static NDIS_STATUS RegisterMiniport(VOID)
{
    NDIS51_MINIPORT_CHARACTERISTICS miniport;

    NdisZeroMemory(&miniport, sizeof miniport);
    miniport.MajorNdisVersion = 5;
    miniport.MinorNdisVersion = 1;
    miniport.InitializeHandler = MiniportInitialize;
    miniport.HaltHandler = MiniportHalt;
    miniport.ResetHandler = MiniportReset;
    miniport.SendPacketsHandler = MiniportSendPackets;
    miniport.CancelSendPacketsHandler = MiniportCancelSendPackets;
    miniport.ReturnPacketHandler = MiniportReturnPacket;
    miniport.TransferDataHandler = MiniportTransferData;
    miniport.QueryInformationHandler = MiniportQueryInformation;
    miniport.SetInformationHandler = MiniportSetInformation;
    return NdisIMRegisterLayeredMiniport(Wrapper, &miniport, sizeof miniport, &Driver);
}

static NDIS_STATUS RegisterProtocol(VOID)
{
    NDIS_PROTOCOL_CHARACTERISTICS protocol;
    NDIS_STATUS status;

    NdisZeroMemory(&protocol, sizeof protocol);
    protocol.MajorNdisVersion = 5;
    protocol.OpenAdapterCompleteHandler = ProtocolOpenAdapterComplete;
    protocol.CloseAdapterCompleteHandler = ProtocolCloseAdapterComplete;
    protocol.SendCompleteHandler = ProtocolSendComplete;
    protocol.TransferDataCompleteHandler = ProtocolTransferDataComplete;
    protocol.ResetCompleteHandler = ProtocolResetComplete;
    protocol.RequestCompleteHandler = ProtocolRequestComplete;
    protocol.ReceiveHandler = ProtocolReceive;
    protocol.ReceiveCompleteHandler = ProtocolReceiveComplete;
    protocol.ReceivePacketHandler = ProtocolReceivePacket;
    protocol.StatusHandler = ProtocolStatus;
    protocol.StatusCompleteHandler = ProtocolStatusComplete;
    protocol.BindAdapterHandler = ProtocolBindAdapter;
    protocol.UnbindAdapterHandler = ProtocolUnbindAdapter;
    protocol.PnPEventHandler = ProtocolPnPEvent;
    NdisInitUnicodeString(&protocol.Name, L"Counter");
    NdisRegisterProtocol(&status, &Protocol, &protocol, sizeof protocol);
    return status;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_STATUS status;

    NdisMInitializeWrapper(&Wrapper, DriverObject, RegistryPath, NULL);
    status = RegisterMiniport();
    if (status == NDIS_STATUS_SUCCESS) {
        NdisMRegisterUnloadHandler(Wrapper, Unload);
        status = RegisterProtocol();
        if (status == NDIS_STATUS_SUCCESS) NdisIMAssociateMiniport(Driver, Protocol);
        else NdisIMDeregisterLayeredMiniport(Driver);
    }
    if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(Wrapper, NULL);
    return status;
}
