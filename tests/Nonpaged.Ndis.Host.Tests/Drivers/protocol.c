/*
 * A protocol over loop.c, or over something that lies over it: it calls what protocols call, and says what did not do as documented. With -DOPENS_LATER it
 * opens no adapter.
 */
#define NDIS51
#include <ndis.h>

enum { TAG = 'torP', PACKETS = 64, LENGTH = 200, HEADER = 14, MANY = 20, PATIENCE = 20000, MOST_KEPT = 64 };

typedef struct _CHECKER {
    NDIS_HANDLE Binding, Packets, Buffers;
    NDIS_EVENT Done;
    NDIS_STATUS Status;
    NDIS_SPIN_LOCK Lock;
    LONG Sent, Aborted, Received, Transferred, Wrong, Resets, Statuses;
    PNDIS_PACKET Kept[MOST_KEPT];
    ULONG KeptCount;
    NDIS_WORK_ITEM Later;
    PNET_PNP_EVENT Event;
} CHECKER, *PCHECKER;

static NDIS_HANDLE Protocol;
static ULONG Checks, Failures;
#define CHECK(condition) (Checks++, (condition) ? (void)0 : (void)(Failures++, DbgPrint("FAILED %s (line %d)\n", #condition, __LINE__)))

static BOOLEAN Await(volatile LONG *Count, LONG Wanted)
{
    ULONG waited;

    for (waited = 0; *Count < Wanted && waited < PATIENCE; waited++) NdisMSleep(1000);
    return (BOOLEAN)(*Count == Wanted);
}

static PNDIS_PACKET NewPacket(PCHECKER Checker, UCHAR Number)
{
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    PUCHAR frame;
    UINT index;

    NdisAllocateMemoryWithTag((PVOID *)&frame, LENGTH, TAG);
    for (index = 0; index < LENGTH; index++) frame[index] = (UCHAR)(index < 6 ? 0xff : Number + index);
    NdisAllocatePacket(&status, &packet, Checker->Packets);
    NdisAllocateBuffer(&status, &buffer, Checker->Buffers, frame, LENGTH);
    NdisChainBufferAtFront(packet, buffer);
    return packet;
}

static VOID FreePacket(PNDIS_PACKET Packet)
{
    PNDIS_BUFFER buffer;
    PVOID frame;
    UINT length;

    NdisUnchainBufferAtFront(Packet, &buffer);
    NdisQueryBuffer(buffer, &frame, &length);
    NdisFreeBuffer(buffer);
    NdisFreePacket(Packet);
    NdisFreeMemory(frame, LENGTH, 0);
}

static BOOLEAN IsFrame(const UCHAR *Frame, UINT From, UINT Length)
{
    UINT index;

    for (index = From < 12 ? 12 : From; index + 1 < Length; index++) {
        if (Frame[index + 1 - From] != (UCHAR)(Frame[index - From] + 1)) return FALSE;
    }
    return TRUE;
}

/* Receives. */

static INT ReceivePacket(NDIS_HANDLE Context, PNDIS_PACKET Packet)
{
    PCHECKER checker = (PCHECKER)Context;
    PNDIS_BUFFER buffer;
    PVOID frame;
    UINT length, total;
    BOOLEAN isKept;

    NdisGetFirstBufferFromPacket(Packet, &buffer, &frame, &length, &total);
    if (total != LENGTH || length != total || !IsFrame(frame, 0, total)) NdisInterlockedIncrement(&checker->Wrong);
    NdisAcquireSpinLock(&checker->Lock);
    isKept = (BOOLEAN)(checker->KeptCount < MOST_KEPT);
    if (isKept) checker->Kept[checker->KeptCount++] = Packet;
    NdisReleaseSpinLock(&checker->Lock);
    NdisInterlockedIncrement(&checker->Received);
    return isKept;
}

static NDIS_STATUS Receive(
    NDIS_HANDLE Context, NDIS_HANDLE ReceiveContext, PVOID Header, UINT HeaderSize, PVOID Ahead, UINT AheadSize, UINT Size)
{
    PCHECKER checker = (PCHECKER)Context;
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    PUCHAR rest;
    UINT transferred;

    UNREFERENCED_PARAMETER(Header);
    if (HeaderSize != HEADER || Size != LENGTH - HEADER || AheadSize >= Size) NdisInterlockedIncrement(&checker->Wrong);
    if (NdisGetReceivedPacket(checker->Binding, ReceiveContext) != NULL) NdisInterlockedIncrement(&checker->Wrong);
    if (!IsFrame(Ahead, HEADER, HEADER + AheadSize)) NdisInterlockedIncrement(&checker->Wrong);
    NdisAllocateMemoryWithTag((PVOID *)&rest, LENGTH, TAG);
    NdisAllocatePacket(&status, &packet, checker->Packets);
    NdisAllocateBuffer(&status, &buffer, checker->Buffers, rest, Size - AheadSize);
    NdisChainBufferAtFront(packet, buffer);
    NdisTransferData(&status, checker->Binding, ReceiveContext, Size, 1, packet, &transferred);
    if (status == NDIS_STATUS_SUCCESS || status == NDIS_STATUS_PENDING) NdisInterlockedIncrement(&checker->Wrong);
    NdisTransferData(&status, checker->Binding, ReceiveContext, AheadSize, Size - AheadSize, packet, &transferred);
    if (status != NDIS_STATUS_PENDING) NdisInterlockedIncrement(&checker->Wrong);
    NdisInterlockedIncrement(&checker->Received);
    return NDIS_STATUS_SUCCESS;
}

static VOID TransferDataComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status, UINT Transferred)
{
    PCHECKER checker = (PCHECKER)Context;
    PNDIS_BUFFER buffer;
    PVOID rest;
    UINT length;

    NdisQueryPacket(Packet, NULL, NULL, &buffer, NULL);
    NdisQueryBuffer(buffer, &rest, &length);
    if (Status != NDIS_STATUS_SUCCESS || Transferred != length || !IsFrame(rest, LENGTH - length, LENGTH)) NdisInterlockedIncrement(&checker->Wrong);
    FreePacket(Packet);
    NdisInterlockedIncrement(&checker->Transferred);
}

static VOID ReceiveComplete(NDIS_HANDLE Context) { UNREFERENCED_PARAMETER(Context); }

/* Ends of what pended. */

static VOID End(PCHECKER Checker, NDIS_STATUS Status)
{
    Checker->Status = Status;
    NdisSetEvent(&Checker->Done);
}

static VOID OpenComplete(NDIS_HANDLE Context, NDIS_STATUS Status, NDIS_STATUS Error)
{
    UNREFERENCED_PARAMETER(Error);
    End((PCHECKER)Context, Status);
}

static VOID CloseComplete(NDIS_HANDLE Context, NDIS_STATUS Status) { End((PCHECKER)Context, Status); }

static VOID RequestComplete(NDIS_HANDLE Context, PNDIS_REQUEST Request, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Request);
    End((PCHECKER)Context, Status);
}

static VOID ResetComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    if (Status == NDIS_STATUS_SUCCESS) NdisInterlockedIncrement(&((PCHECKER)Context)->Resets);
}

static VOID SendComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    PCHECKER checker = (PCHECKER)Context;

    if (Status == NDIS_STATUS_REQUEST_ABORTED) NdisInterlockedIncrement(&checker->Aborted);
    FreePacket(Packet);
    NdisInterlockedIncrement(&checker->Sent);
}

static VOID Status(NDIS_HANDLE Context, NDIS_STATUS Code, PVOID Buffer, UINT Length)
{
    UNREFERENCED_PARAMETER(Buffer), UNREFERENCED_PARAMETER(Length);
    if (Code == NDIS_STATUS_RESET_START || Code == NDIS_STATUS_RESET_END) NdisInterlockedIncrement(&((PCHECKER)Context)->Statuses);
}

static VOID StatusComplete(NDIS_HANDLE Context) { UNREFERENCED_PARAMETER(Context); }

static NDIS_STATUS Ask(PCHECKER Checker, NDIS_REQUEST_TYPE Type, NDIS_OID Oid, PVOID Buffer, UINT Length, PUINT Used)
{
    NDIS_REQUEST request;
    NDIS_STATUS status;

    NdisZeroMemory(&request, sizeof request);
    request.RequestType = Type;
    request.DATA.SET_INFORMATION.Oid = Oid;
    request.DATA.SET_INFORMATION.InformationBuffer = Buffer;
    request.DATA.SET_INFORMATION.InformationBufferLength = Length;
    NdisResetEvent(&Checker->Done);
    NdisRequest(&status, Checker->Binding, &request);
    if (status == NDIS_STATUS_PENDING) {
        NdisWaitEvent(&Checker->Done, 0);
        status = Checker->Status;
    }
    *Used = request.DATA.SET_INFORMATION.BytesRead;
    return status;
}

/* The checks. */

static VOID CheckNames(PCHECKER Checker, PNDIS_STRING DeviceName, PVOID Section)
{
    NDIS_STRING name, keyword = NDIS_STRING_CONST("Number"), absent = NDIS_STRING_CONST("Absent");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_HANDLE configuration;
    NDIS_STATUS status;

    CHECK(NdisQueryAdapterInstanceName(&name, Checker->Binding) == NDIS_STATUS_SUCCESS);
    /* The device's name is the adapter's behind \Device\. */
    CHECK(DeviceName->Length == name.Length + 8 * sizeof(WCHAR));
    CHECK(NdisEqualMemory(DeviceName->Buffer + 8, name.Buffer, name.Length));
    NdisFreeString(name);
    NdisOpenProtocolConfiguration(&status, &configuration, (PNDIS_STRING)Section);
    CHECK(status == NDIS_STATUS_SUCCESS);
    NdisReadConfiguration(&status, &value, configuration, &keyword, NdisParameterInteger);
    CHECK(status == NDIS_STATUS_SUCCESS && value->ParameterData.IntegerData == 4711);
    NdisReadConfiguration(&status, &value, configuration, &absent, NdisParameterInteger);
    CHECK(status == NDIS_STATUS_FAILURE && value == NULL);
    NdisCloseConfiguration(configuration);
}

static VOID CheckRequests(PCHECKER Checker)
{
    ULONG filter = NDIS_PACKET_TYPE_BROADCAST, number = 0;
    UCHAR address[ETH_LENGTH_OF_ADDRESS];
    UINT used;

    CHECK(Ask(Checker, NdisRequestQueryInformation, OID_802_3_CURRENT_ADDRESS, address, sizeof address, &used) == NDIS_STATUS_SUCCESS);
    CHECK(used == sizeof address && address[0] == 2);
    CHECK(Ask(Checker, NdisRequestQueryInformation, OID_802_3_CURRENT_ADDRESS, address, 1, &used) == NDIS_STATUS_BUFFER_TOO_SHORT);
    CHECK(Ask(Checker, NdisRequestQueryInformation, 0xff0000ff, &number, sizeof number, &used) == NDIS_STATUS_INVALID_OID);
    CHECK(Ask(Checker, NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, &filter, 1, &used) == NDIS_STATUS_INVALID_LENGTH);
    CHECK(Ask(Checker, NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter, &used) == NDIS_STATUS_SUCCESS);
    CHECK(Ask(Checker, NdisRequestQueryInformation, OID_GEN_CURRENT_PACKET_FILTER, &number, sizeof number, &used) == NDIS_STATUS_SUCCESS);
    CHECK(number == filter);
}

static VOID CheckSends(PCHECKER Checker)
{
    PNDIS_PACKET packets[MANY];
    NDIS_STATUS status;
    UCHAR partial = NdisGeneratePartialCancelId();
    PVOID id = (PVOID)((ULONG_PTR)partial << 56 | 1);
    UINT index;

    CHECK(partial != 0);
    NdisSend(&status, Checker->Binding, NewPacket(Checker, 1));
    CHECK(status == NDIS_STATUS_PENDING && Await(&Checker->Sent, 1) && Await(&Checker->Received, 1));
    for (index = 0; index < MANY; index++) packets[index] = NewPacket(Checker, (UCHAR)index);
    NdisSendPackets(Checker->Binding, packets, MANY);
    CHECK(Await(&Checker->Sent, 1 + MANY) && Await(&Checker->Received, 1 + MANY) && Checker->Aborted == 0);
    for (index = 0; index < MANY; index++) {
        packets[index] = NewPacket(Checker, (UCHAR)index);
        NDIS_SET_PACKET_CANCEL_ID(packets[index], id);
    }
    NdisSendPackets(Checker->Binding, packets, MANY);
    NdisCancelSendPackets(Checker->Binding, id);
    CHECK(Await(&Checker->Sent, 1 + 2 * MANY) && Checker->Aborted > 0);
    NdisReset(&status, Checker->Binding);
    CHECK(status == NDIS_STATUS_PENDING && Await(&Checker->Resets, 1) && Await(&Checker->Statuses, 2));
}

static VOID ReturnKept(PCHECKER Checker)
{
    PNDIS_PACKET kept[MOST_KEPT];
    ULONG count;

    NdisAcquireSpinLock(&Checker->Lock);
    count = Checker->KeptCount;
    NdisMoveMemory(kept, Checker->Kept, count * sizeof kept[0]);
    Checker->KeptCount = 0;
    NdisReleaseSpinLock(&Checker->Lock);
    NdisReturnPackets(kept, count);
}

static VOID Bind(PNDIS_STATUS Result, NDIS_HANDLE BindContext, PNDIS_STRING DeviceName, PVOID Section, PVOID Unused)
{
    NDIS_STRING absent = NDIS_STRING_CONST("absent");
    NDIS_MEDIUM media[2] = { NdisMedium802_5, NdisMedium802_3 };
    NDIS_STATUS status, error;
    PCHECKER checker;
    UINT selected;

    UNREFERENCED_PARAMETER(Unused);
#ifdef OPENS_LATER
    *Result = NDIS_STATUS_SUCCESS;
    return;
#endif
    NdisAllocateMemoryWithTag((PVOID *)&checker, sizeof *checker, TAG);
    NdisZeroMemory(checker, sizeof *checker);
    NdisInitializeEvent(&checker->Done);
    NdisAllocateSpinLock(&checker->Lock);
    NdisAllocatePacketPool(&status, &checker->Packets, PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    NdisAllocateBufferPool(&status, &checker->Buffers, PACKETS);
    NdisOpenAdapter(&status, &error, &checker->Binding, &selected, media, 1, Protocol, checker, DeviceName, 0, NULL);
    CHECK(status == NDIS_STATUS_UNSUPPORTED_MEDIA);
    NdisOpenAdapter(&status, &error, &checker->Binding, &selected, media, 2, Protocol, checker, &absent, 0, NULL);
    CHECK(status == NDIS_STATUS_ADAPTER_NOT_FOUND);
    NdisOpenAdapter(&status, &error, &checker->Binding, &selected, media, 2, Protocol, checker, DeviceName, 0, NULL);
    CHECK(status == NDIS_STATUS_SUCCESS && selected == 1);
    CheckNames(checker, DeviceName, Section);
    CheckRequests(checker);
    CheckSends(checker);
    /* The adapter is open: it is not offered again. */
    NdisReEnumerateProtocolBindings(Protocol);
    CHECK(checker->Wrong == 0);
    ReturnKept(checker);
    *Result = NDIS_STATUS_PENDING;
    NdisCompleteBindAdapter(BindContext, NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS);
    DbgPrint("%d checks, %d failures; %d sent, %d aborted, %d received, %d transferred\n", Checks, Failures, checker->Sent, checker->Aborted,
        checker->Received, checker->Transferred);
}

static VOID Unbind(PNDIS_STATUS Result, NDIS_HANDLE Context, NDIS_HANDLE UnbindContext)
{
    PCHECKER checker = (PCHECKER)Context;
    NDIS_STATUS status;

    ReturnKept(checker);
    NdisResetEvent(&checker->Done);
    NdisCloseAdapter(&status, checker->Binding);
    if (status == NDIS_STATUS_PENDING) NdisWaitEvent(&checker->Done, 0);
    if (checker->Received != checker->Transferred && checker->Transferred != 0) DbgPrint("FAILED transfers\n");
    NdisFreePacketPool(checker->Packets);
    NdisFreeBufferPool(checker->Buffers);
    NdisFreeSpinLock(&checker->Lock);
    NdisFreeMemory(checker, sizeof *checker, 0);
    NdisCompleteUnbindAdapter(UnbindContext, NDIS_STATUS_SUCCESS);
    *Result = NDIS_STATUS_PENDING;
}

static VOID CompleteEvent(PNDIS_WORK_ITEM Item, PVOID Context)
{
    PCHECKER checker = (PCHECKER)Context;

    UNREFERENCED_PARAMETER(Item);
    NdisCompletePnPEvent(NDIS_STATUS_SUCCESS, checker->Binding, checker->Event);
}

static NDIS_STATUS PnPEvent(NDIS_HANDLE Context, PNET_PNP_EVENT Event)
{
    PCHECKER checker = (PCHECKER)Context;

    if (Event->NetEvent == NetEventBindsComplete) DbgPrint("all adapters were offered\n");
    if (checker == NULL || Event->NetEvent != NetEventSetPower) return NDIS_STATUS_SUCCESS;
    DbgPrint("power D%d\n", *(PNET_DEVICE_POWER_STATE)Event->Buffer - NetDeviceStateD0);
    checker->Event = Event;
    NdisInitializeWorkItem(&checker->Later, CompleteEvent, checker);
    return NdisScheduleWorkItem(&checker->Later) == NDIS_STATUS_SUCCESS ? NDIS_STATUS_PENDING : NDIS_STATUS_FAILURE;
}

/* There is no DriverUnload: NDIS calls this. */
static VOID ProtocolUnload(VOID)
{
    NDIS_STATUS status;

    NdisDeregisterProtocol(&status, Protocol);
    if (status != NDIS_STATUS_SUCCESS) DbgPrint("FAILED to deregister\n");
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_PROTOCOL_CHARACTERISTICS protocol;
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(DriverObject), UNREFERENCED_PARAMETER(RegistryPath);
    NdisZeroMemory(&protocol, sizeof protocol);
    protocol.MajorNdisVersion = 5;
    protocol.MinorNdisVersion = 1;
    NdisInitUnicodeString(&protocol.Name, L"Checker");
    protocol.OpenAdapterCompleteHandler = OpenComplete;
    protocol.CloseAdapterCompleteHandler = CloseComplete;
    protocol.SendCompleteHandler = SendComplete;
    protocol.TransferDataCompleteHandler = TransferDataComplete;
    protocol.ResetCompleteHandler = ResetComplete;
    protocol.RequestCompleteHandler = RequestComplete;
    protocol.ReceiveHandler = Receive;
    protocol.ReceiveCompleteHandler = ReceiveComplete;
    protocol.ReceivePacketHandler = ReceivePacket;
    protocol.StatusHandler = Status;
    protocol.StatusCompleteHandler = StatusComplete;
    protocol.BindAdapterHandler = Bind;
    protocol.UnbindAdapterHandler = Unbind;
    protocol.PnPEventHandler = PnPEvent;
    protocol.UnloadHandler = ProtocolUnload;
    NdisRegisterProtocol(&status, &Protocol, &protocol, sizeof protocol);
    return status;
}
