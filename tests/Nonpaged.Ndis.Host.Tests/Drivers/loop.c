/*
 * A deserialized miniport of NDIS 5.1 without a card. It keeps what it is sent for some milliseconds, unless the send is cancelled, and then indicates a
 * packet of its own with the same bytes; or, with -DINDICATES_FRAMES, half of a frame, the rest of which is to be transferred later. It knows power management.
 */
#define NDIS51_MINIPORT
#include <ndis.h>

enum { HEADER = 14, LONGEST = 1514, PACKETS = 64, DELAY = 5, TAG = 'pooL' };

typedef struct _LOOP {
    NDIS_HANDLE Handle;
    NDIS_HANDLE Packets;
    NDIS_HANDLE Buffers;
    NDIS_SPIN_LOCK Lock;
    NDIS_MINIPORT_TIMER Timer;
    LIST_ENTRY Queue;
    LONG Lent;
    UCHAR Frame[LONGEST];
} LOOP, *PLOOP;

#define LINK_OF(packet) ((PLIST_ENTRY)(void *)(packet)->MiniportReserved)
#define PACKET_OF(link) CONTAINING_RECORD(link, NDIS_PACKET, MiniportReserved)

static UINT Copy(PUCHAR To, PNDIS_PACKET Packet)
{
    PNDIS_BUFFER buffer;
    UINT total, done = 0;

    NdisQueryPacket(Packet, NULL, NULL, &buffer, &total);
    while (buffer != NULL && total <= LONGEST) {
        PVOID bytes;
        UINT length;
        NdisQueryBuffer(buffer, &bytes, &length);
        NdisMoveMemory(To + done, bytes, length);
        done += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    return done;
}

#ifndef INDICATES_FRAMES
static VOID Indicate(PLOOP Loop, PNDIS_PACKET Sent)
{
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    PUCHAR frame;
    UINT length;

    if (NdisAllocateMemoryWithTag((PVOID *)&frame, LONGEST, TAG) != NDIS_STATUS_SUCCESS) return;
    length = Copy(frame, Sent);
    NdisAllocatePacket(&status, &packet, Loop->Packets);
    if (status == NDIS_STATUS_SUCCESS) {
        NdisAllocateBuffer(&status, &buffer, Loop->Buffers, frame, length);
        if (status != NDIS_STATUS_SUCCESS) NdisFreePacket(packet);
    }
    if (status != NDIS_STATUS_SUCCESS) {
        NdisFreeMemory(frame, LONGEST, 0);
        return;
    }
    NdisChainBufferAtFront(packet, buffer);
    NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    NDIS_SET_PACKET_HEADER_SIZE(packet, HEADER);
    NdisInterlockedIncrement(&Loop->Lent);
    NdisMIndicateReceivePacket(Loop->Handle, &packet, 1);
}
#else
static VOID Indicate(PLOOP Loop, PNDIS_PACKET Sent)
{
    UINT length = Copy(Loop->Frame, Sent);

    NdisMEthIndicateReceive(Loop->Handle, Loop, Loop->Frame, HEADER, Loop->Frame + HEADER, (length - HEADER) / 2, length - HEADER);
    NdisMEthIndicateReceiveComplete(Loop->Handle);
}
#endif

static VOID ReturnPacket(NDIS_HANDLE Context, PNDIS_PACKET Packet)
{
    PLOOP loop = (PLOOP)Context;
    PNDIS_BUFFER buffer;
    PVOID frame;
    UINT length;

    NdisUnchainBufferAtFront(Packet, &buffer);
    NdisQueryBuffer(buffer, &frame, &length);
    NdisFreeBuffer(buffer);
    NdisFreePacket(Packet);
    NdisFreeMemory(frame, LONGEST, 0);
    NdisInterlockedDecrement(&loop->Lent);
}

static NDIS_STATUS TransferData(
    PNDIS_PACKET Packet, PUINT Transferred, NDIS_HANDLE Context, NDIS_HANDLE Receive, UINT Offset, UINT Length)
{
    PLOOP loop = (PLOOP)Context;
    PNDIS_BUFFER buffer;
    PVOID bytes;
    UINT room;

    UNREFERENCED_PARAMETER(Receive);
    NdisQueryPacket(Packet, NULL, NULL, &buffer, NULL);
    NdisQueryBuffer(buffer, &bytes, &room);
    if (Length > room) Length = room;
    NdisMoveMemory(bytes, loop->Frame + HEADER + Offset, Length);
    *Transferred = 0;
    NdisMTransferDataComplete(loop->Handle, Packet, NDIS_STATUS_SUCCESS, Length);
    return NDIS_STATUS_PENDING;
}

static VOID Complete(PVOID First, PVOID Context, PVOID Second, PVOID Third)
{
    PLOOP loop = (PLOOP)Context;
    PLIST_ENTRY link;

    UNREFERENCED_PARAMETER(First), UNREFERENCED_PARAMETER(Second), UNREFERENCED_PARAMETER(Third);
    while ((link = NdisInterlockedRemoveHeadList(&loop->Queue, &loop->Lock)) != NULL) {
        PNDIS_PACKET packet = PACKET_OF(link);
        Indicate(loop, packet);
        NdisMSendComplete(loop->Handle, packet, NDIS_STATUS_SUCCESS);
    }
}

static VOID SendPackets(NDIS_HANDLE Context, PPNDIS_PACKET Packets, UINT Count)
{
    PLOOP loop = (PLOOP)Context;
    UINT index;

    for (index = 0; index < Count; index++) NdisInterlockedInsertTailList(&loop->Queue, LINK_OF(Packets[index]), &loop->Lock);
    NdisMSetTimer(&loop->Timer, DELAY);
}

static VOID CancelSendPackets(NDIS_HANDLE Context, PVOID CancelId)
{
    PLOOP loop = (PLOOP)Context;
    PLIST_ENTRY link, next;
    LIST_ENTRY cancelled;

    InitializeListHead(&cancelled);
    NdisAcquireSpinLock(&loop->Lock);
    for (link = loop->Queue.Flink; link != &loop->Queue; link = next) {
        next = link->Flink;
        if (NdisGetPacketCancelId(PACKET_OF(link)) != CancelId) continue;
        RemoveEntryList(link);
        InsertTailList(&cancelled, link);
    }
    NdisReleaseSpinLock(&loop->Lock);
    while (!IsListEmpty(&cancelled)) {
        link = RemoveHeadList(&cancelled);
        DbgPrint("a send was cancelled\n");
        NdisMSendComplete(loop->Handle, PACKET_OF(link), NDIS_STATUS_REQUEST_ABORTED);
    }
}

static VOID Free(PLOOP Loop)
{
    if (Loop->Packets != NULL) NdisFreePacketPool(Loop->Packets);
    if (Loop->Buffers != NULL) NdisFreeBufferPool(Loop->Buffers);
    NdisFreeSpinLock(&Loop->Lock);
    NdisFreeMemory(Loop, sizeof *Loop, 0);
}

static NDIS_STATUS Initialize(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status;
    NDIS_STRING name;
    PLOOP loop;

    if (NdisMQueryAdapterInstanceName(&name, Handle) == NDIS_STATUS_SUCCESS) {
        DbgPrint("the adapter is %wZ\n", &name);
        NdisFreeString(name);
    }
    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count), UNREFERENCED_PARAMETER(Configuration);
    *Selected = 0;
    if (NdisAllocateMemoryWithTag((PVOID *)&loop, sizeof *loop, TAG) != NDIS_STATUS_SUCCESS) return NDIS_STATUS_RESOURCES;
    NdisZeroMemory(loop, sizeof *loop);
    loop->Handle = Handle;
    InitializeListHead(&loop->Queue);
    NdisAllocateSpinLock(&loop->Lock);
    NdisMSetAttributesEx(Handle, loop, 0, NDIS_ATTRIBUTE_DESERIALIZE | NDIS_ATTRIBUTE_NO_HALT_ON_SUSPEND, NdisInterfaceInternal);
    NdisMInitializeTimer(&loop->Timer, Handle, Complete, loop);
    NdisAllocatePacketPool(&status, &loop->Packets, PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (status == NDIS_STATUS_SUCCESS) NdisAllocateBufferPool(&status, &loop->Buffers, PACKETS);
    if (status != NDIS_STATUS_SUCCESS) Free(loop);
    return status;
}

static VOID Halt(NDIS_HANDLE Context)
{
    PLOOP loop = (PLOOP)Context;
    BOOLEAN wasSet;

    NdisMCancelTimer(&loop->Timer, &wasSet);
    if (loop->Lent != 0) DbgPrint("FAILED: %d packets are lent\n", loop->Lent);
    Free(loop);
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = TRUE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    static const UCHAR address[ETH_LENGTH_OF_ADDRESS] = { 0x02, 0x00, 0x5e, 0x00, 0x00, 0x02 };
    static const NDIS_PNP_CAPABILITIES power;
    static const ULONG number = NdisMedium802_3;
    const void *source = &number;
    ULONG size = sizeof number;

    UNREFERENCED_PARAMETER(Context);
    switch (Oid) {
        case OID_802_3_PERMANENT_ADDRESS:
        case OID_802_3_CURRENT_ADDRESS: source = address, size = sizeof address; break;
        case OID_GEN_MEDIA_SUPPORTED: break;
        case OID_PNP_CAPABILITIES: source = &power, size = sizeof power; break;
        case OID_PNP_QUERY_POWER: return NDIS_STATUS_SUCCESS;
        default: return NDIS_STATUS_INVALID_OID;
    }
    *Needed = size;
    *Written = 0;
    if (Length < size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    NdisMoveMemory(Buffer, source, size);
    *Written = size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Set(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context);
    *Read = *Needed = Length;
    if (Oid == OID_PNP_SET_POWER) DbgPrint("power D%d\n", *(PNDIS_DEVICE_POWER_STATE)Buffer - NdisDeviceStateD0);
    return NDIS_STATUS_SUCCESS;
}

static VOID PnPEventNotify(NDIS_HANDLE Context, NDIS_DEVICE_PNP_EVENT Event, PVOID Buffer, ULONG Length)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Buffer), UNREFERENCED_PARAMETER(Length);
    DbgPrint("event %d\n", Event);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_HANDLE wrapper;

    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = 5;
    characteristics.MinorNdisVersion = 1;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
    characteristics.ResetHandler = Reset;
    characteristics.SendPacketsHandler = SendPackets;
    characteristics.CancelSendPacketsHandler = CancelSendPackets;
    characteristics.ReturnPacketHandler = ReturnPacket;
    characteristics.TransferDataHandler = TransferData;
    characteristics.QueryInformationHandler = Query;
    characteristics.SetInformationHandler = Set;
    characteristics.PnPEventNotifyHandler = PnPEventNotify;
    NdisMInitializeWrapper(&wrapper, DriverObject, RegistryPath, NULL);
    return NdisMRegisterMiniport(wrapper, &characteristics, sizeof characteristics);
}
