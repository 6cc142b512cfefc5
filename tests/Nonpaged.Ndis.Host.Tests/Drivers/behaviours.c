/*
 * The sample's driver, and one thing that drivers do because the documents of NDIS 5 let them, chosen by a macro. It registers the sample's functions with some of them replaced,
 * and says what it saw.
 */
#include <ndis.h>

#if defined(DESERIALIZED) || defined(SHORT_LOOKAHEAD) || defined(PENDING_REQUESTS)
#define HAS_TIMERS
#endif
static NDIS_STATUS RegisterChanged(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
#undef NdisMRegisterMiniport
#define NdisMRegisterMiniport(handle, characteristics, length) RegisterChanged((handle), (characteristics), (length))
#if defined(DESERIALIZED)
#define ATTRIBUTES NDIS_ATTRIBUTE_DESERIALIZE
#else
#define ATTRIBUTES 0
#endif
#if defined(HAS_TIMERS)
/* A miniport makes its timers in MiniportInitialize. */
static VOID MakeTimers(NDIS_HANDLE Handle, PVOID Context);
#define NdisMSetAttributesEx(handle, context, time, flags, type) \
    ((NdisMSetAttributesEx)((handle), (context), (time), (flags) | ATTRIBUTES, (type)), MakeTimers((handle), (context)))
#endif
#if defined(SHORT_LOOKAHEAD)
static VOID Show(NDIS_HANDLE Handle, PVOID Frame, UINT Length);
#undef NdisMEthIndicateReceive
#define NdisMEthIndicateReceive(handle, context, header, headerSize, lookahead, lookaheadSize, length) Show((handle), (header), (length))
#elif defined(KEEPS_TO_ITSELF)
#define NdisMSendResourcesAvailable(handle) ((void)(handle))
#endif
#define DriverEntry SampleEntry
NTSTATUS SampleEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
#include SAMPLE
#undef DriverEntry

#if defined(PORT_WRITES)
/* With its lowest bits 8 the dump command (data sheet 5.3, DTCCR) has the device write its counters to memory; an OUT has done so when it ends. */
enum { REG_DUMP = 0x10, REG_CPLUS = 0xe0, DUMP = 8, COUNTERS = 64 };

static NDIS_STATUS Changed(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_PHYSICAL_ADDRESS physical;
    ULONG bar, tries, late = 0;
    PVOID ports, counters;

    NdisMSetAttributesEx(Handle, NULL, 0, NDIS_ATTRIBUTE_BUS_MASTER, NdisInterfacePci);
    NdisReadPciSlotInformation(Handle, 0, 0x10, &bar, sizeof bar);
    bar &= ~3u;
    if (NdisMRegisterIoPortRange(&ports, Handle, bar, PORT_COUNT) != NDIS_STATUS_SUCCESS) return NDIS_STATUS_FAILURE;
    NdisMAllocateSharedMemory(Handle, COUNTERS, FALSE, &counters, &physical);
    NdisRawWritePortUshort((ULONG_PTR)ports + REG_CPLUS, 1);
    NdisRawWritePortUlong((ULONG_PTR)ports + REG_DUMP + 4, 0);
    for (tries = 0; tries < 1000; tries++) {
        volatile ULONG *first = (volatile ULONG *)counters;
        *first = 0xdeadbeef;
        NdisRawWritePortUlong((ULONG_PTR)ports + REG_DUMP, physical.LowPart | DUMP);
        if (*first == 0xdeadbeef) late++;
    }
    DbgPrint("late: %u of %u\n", late, tries);
    NdisMFreeSharedMemory(Handle, COUNTERS, FALSE, counters, physical);
    NdisMDeregisterIoPortRange(Handle, bar, PORT_COUNT, ports);
    return Initialize(Error, Selected, Media, Count, Handle, Configuration);
}
#define REPLACE(c) ((c)->InitializeHandler = Changed)

#elif defined(DESERIALIZED)
/*
 * MiniportSendPackets of a deserialized miniport takes all packets and completes them later; what their status is when it returns means nothing. Until then it reads their memory.
 */
enum { MOST_PACKETS = 512 };
typedef struct _SENDER {
    PADAPTER Adapter;
    NDIS_MINIPORT_TIMER Timer;
    PNDIS_PACKET Packets[MOST_PACKETS];
    ULONG Sums[MOST_PACKETS];
    ULONG First, Count, Changed, Sent;
    BOOLEAN IsTimed;
} SENDER, *PSENDER;
static SENDER Senders[2];

static ULONG SumOf(PNDIS_PACKET Packet)
{
    PNDIS_BUFFER buffer;
    ULONG sum = 0;
    UINT length, index;
    PVOID bytes;

    for (NdisQueryPacket(Packet, NULL, NULL, &buffer, NULL); buffer != NULL; NdisGetNextBuffer(buffer, &buffer)) {
        NdisQueryBuffer(buffer, &bytes, &length);
        for (index = 0; index < length; index++) sum = sum * 31 + ((PUCHAR)bytes)[index];
    }
    return sum;
}

static VOID Later(PVOID Ignored1, PVOID Context, PVOID Ignored2, PVOID Ignored3)
{
    PSENDER sender = (PSENDER)Context;

    UNREFERENCED_PARAMETER(Ignored1), UNREFERENCED_PARAMETER(Ignored2), UNREFERENCED_PARAMETER(Ignored3);
    sender->IsTimed = FALSE;
    while (sender->Count > 0) {
        PNDIS_PACKET packet = sender->Packets[sender->First];
        NDIS_STATUS status;
        if (SumOf(packet) != sender->Sums[sender->First]) sender->Changed++;
        status = Send(sender->Adapter, packet, 0);
        if (status == NDIS_STATUS_RESOURCES) break;
        sender->First = (sender->First + 1) % MOST_PACKETS;
        sender->Count--;
        sender->Sent++;
        NdisMSendComplete(sender->Adapter->Handle, packet, status);
    }
    if (sender->Count > 0 && !sender->IsTimed) NdisMSetTimer(&sender->Timer, 1), sender->IsTimed = TRUE;
}

static VOID MakeTimers(NDIS_HANDLE Handle, PVOID Context)
{
    PSENDER sender = Senders[0].Adapter == NULL ? &Senders[0] : &Senders[1];

    sender->Adapter = (PADAPTER)Context;
    NdisMInitializeTimer(&sender->Timer, Handle, Later, sender);
}

static VOID SendPackets(NDIS_HANDLE Context, PPNDIS_PACKET Packets, UINT Count)
{
    PSENDER sender = Senders[0].Adapter == Context ? &Senders[0] : &Senders[1];
    UINT index;

    for (index = 0; index < Count; index++) {
        ULONG place = (sender->First + sender->Count++) % MOST_PACKETS;
        sender->Packets[place] = Packets[index];
        sender->Sums[place] = SumOf(Packets[index]);
        NDIS_SET_PACKET_STATUS(Packets[index], index % 2 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES);
    }
    if (!sender->IsTimed) NdisMSetTimer(&sender->Timer, 1), sender->IsTimed = TRUE;
}

static VOID Changed(NDIS_HANDLE Context)
{
    PSENDER sender = Senders[0].Adapter == Context ? &Senders[0] : &Senders[1];

    if (sender->Sent > 0) DbgPrint("changed: %u of %u\n", sender->Changed, sender->Sent);
    Halt(Context);
}
#define REPLACE(c) ((c)->SendHandler = NULL, (c)->SendPacketsHandler = SendPackets, (c)->HaltHandler = Changed)

#elif defined(ADJUSTED_BUFFER)
static NDIS_STATUS Changed(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    static UCHAR bytes[2048];
    NDIS_HANDLE packets, buffers;
    PNDIS_BUFFER first, second, found;
    PNDIS_PACKET packet;
    NDIS_STATUS status;
    UINT length, total;
    PVOID address;

    NdisAllocatePacketPool(&status, &packets, 1, 16);
    NdisAllocateBufferPool(&status, &buffers, 2);
    NdisAllocatePacket(&status, &packet, packets);
    NdisAllocateBuffer(&status, &first, buffers, bytes, 60);
    NdisAllocateBuffer(&status, &second, buffers, bytes, 20);
    NdisChainBufferAtFront(packet, first);
    NdisChainBufferAtBack(packet, second);
    NdisQueryPacket(packet, NULL, NULL, NULL, &total);
    NdisAdjustBufferLength(first, 1514);
    NdisGetFirstBufferFromPacket(packet, &found, &address, &length, &total);
    DbgPrint("first: %u, all: %u\n", length, total);
    NdisAdjustBufferLength(second, 0);
    NdisGetFirstBufferFromPacketSafe(packet, &found, &address, &length, &total, NormalPagePriority);
    DbgPrint("first: %u, all: %u\n", length, total);
    NdisFreeBuffer(first);
    NdisFreeBuffer(second);
    NdisFreePacket(packet);
    NdisFreeBufferPool(buffers);
    NdisFreePacketPool(packets);
    return Initialize(Error, Selected, Media, Count, Handle, Configuration);
}
#define REPLACE(c) ((c)->InitializeHandler = Changed)

#elif defined(SHORT_LOOKAHEAD)
/* A miniport shows a part of a frame, and gives the rest when it is asked: at once, or later. */
enum { LOOKAHEAD = 252 };
typedef struct _TRANSFER {
    NDIS_HANDLE Handle;
    NDIS_MINIPORT_TIMER Timer;
    PNDIS_PACKET Packet;
    UINT Bytes;
} TRANSFER, *PTRANSFER;
static TRANSFER Transfers[16];
static ULONG TransferCount;
static PUCHAR Frame;
static UINT FrameLength;

static VOID Show(NDIS_HANDLE Handle, PVOID Header, UINT Length)
{
    Frame = (PUCHAR)Header + ETHERNET_HEADER;
    FrameLength = Length;
    NonpagedEthIndicateReceive(Handle, Frame, (PCHAR)Header, ETHERNET_HEADER, Frame, Length < LOOKAHEAD ? Length : LOOKAHEAD, Length);
    Frame = NULL;
}

static VOID Transferred(PVOID Ignored1, PVOID Context, PVOID Ignored2, PVOID Ignored3)
{
    PTRANSFER transfer = (PTRANSFER)Context;
    PNDIS_PACKET packet = transfer->Packet;

    UNREFERENCED_PARAMETER(Ignored1), UNREFERENCED_PARAMETER(Ignored2), UNREFERENCED_PARAMETER(Ignored3);
    transfer->Packet = NULL;
    NdisMTransferDataComplete(transfer->Handle, packet, NDIS_STATUS_SUCCESS, transfer->Bytes);
}

static VOID MakeTimers(NDIS_HANDLE Handle, PVOID Context)
{
    UINT index, made = 0;

    UNREFERENCED_PARAMETER(Context);
    for (index = 0; index < RTL_NUMBER_OF(Transfers) && made < RTL_NUMBER_OF(Transfers) / 2; index++) {
        if (Transfers[index].Handle != NULL) continue;
        Transfers[index].Handle = Handle;
        NdisMInitializeTimer(&Transfers[index].Timer, Handle, Transferred, &Transfers[index]);
        made++;
    }
}

static NDIS_STATUS Transfer(PNDIS_PACKET Packet, PUINT Transferred_, NDIS_HANDLE Context, NDIS_HANDLE Receive_, UINT Offset, UINT Bytes)
{
    PNDIS_BUFFER buffer;
    UINT done = 0, length, index;
    PVOID bytes;

    if (Receive_ != (NDIS_HANDLE)Frame || Offset + Bytes > FrameLength) return NDIS_STATUS_FAILURE;
    for (NdisQueryPacket(Packet, NULL, NULL, &buffer, NULL); buffer != NULL && done < Bytes; NdisGetNextBuffer(buffer, &buffer)) {
        NdisQueryBuffer(buffer, &bytes, &length);
        if (length > Bytes - done) length = Bytes - done;
        NdisMoveMemory(bytes, Frame + Offset + done, length);
        done += length;
    }
    *Transferred_ = done;
    TransferCount++;
    for (index = 0; PENDS && index < RTL_NUMBER_OF(Transfers); index++) {
        PTRANSFER transfer = &Transfers[index];
        if (transfer->Packet != NULL || transfer->Handle != ((PADAPTER)Context)->Handle) continue;
        transfer->Packet = Packet;
        transfer->Bytes = done;
        NdisMSetTimer(&transfer->Timer, 1);
        return NDIS_STATUS_PENDING;
    }
    return NDIS_STATUS_SUCCESS;
}

static VOID Changed(NDIS_HANDLE Context)
{
    DbgPrint("transfers: %u\n", TransferCount);
    Halt(Context);
}
#define REPLACE(c) ((c)->TransferDataHandler = Transfer, (c)->HaltHandler = Changed)

#elif defined(PENDING_REQUESTS)
/* Each request pends for 30 ms. What it points to is the driver's until it completes it; and a miniport is not halted with one pending. */
static NDIS_MINIPORT_TIMER Timer;
static PADAPTER Adapter;
static BOOLEAN IsPending, IsSet;
static NDIS_OID PendingOid;
static PVOID Information;
static ULONG InformationLength, Answered, Wrong;
static PULONG BytesDone, BytesMissing;

static VOID Later(PVOID Ignored1, PVOID Ignored2, PVOID Ignored3, PVOID Ignored4)
{
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(Ignored1), UNREFERENCED_PARAMETER(Ignored2), UNREFERENCED_PARAMETER(Ignored3), UNREFERENCED_PARAMETER(Ignored4);
    if (*BytesDone != 0x11111111 || *BytesMissing != 0x22222222) Wrong++;
    status = (IsSet ? Set : Query)(Adapter, PendingOid, Information, InformationLength, BytesDone, BytesMissing);
    Answered++;
    IsPending = FALSE;
    if (IsSet) NdisMSetInformationComplete(Adapter->Handle, status);
    else NdisMQueryInformationComplete(Adapter->Handle, status);
}

static VOID MakeTimers(NDIS_HANDLE Handle, PVOID Context)
{
    Adapter = (PADAPTER)Context;
    NdisMInitializeTimer(&Timer, Handle, Later, NULL);
}

static NDIS_STATUS Pend(BOOLEAN Sets, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Done, PULONG Needed)
{
    if (IsPending) Wrong++;
    IsPending = TRUE;
    IsSet = Sets;
    PendingOid = Oid;
    Information = Buffer;
    InformationLength = Length;
    BytesDone = Done;
    BytesMissing = Needed;
    *Done = 0x11111111;
    *Needed = 0x22222222;
    NdisMSetTimer(&Timer, 30);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS LaterQuery(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context);
    return Pend(FALSE, Oid, Buffer, Length, Written, Needed);
}

static NDIS_STATUS LaterSet(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context);
    return Pend(TRUE, Oid, Buffer, Length, Read, Needed);
}

static VOID Changed(NDIS_HANDLE Context)
{
    BOOLEAN cancelled;

    DbgPrint("answered: %s, wrong: %u, pending at the halt: %u\n", Answered > 3 ? "several" : "few", Wrong, IsPending);
    NdisMCancelTimer(&Timer, &cancelled);
    Halt(Context);
}
#define REPLACE(c) ((c)->QueryInformationHandler = LaterQuery, (c)->SetInformationHandler = LaterSet, (c)->HaltHandler = Changed)

#elif defined(GLOBAL_MEMORY)
/* What DriverEntry allocates its unload function frees, after the last halt. */
static PVOID Global;
static NDIS_HANDLE GlobalPackets;

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    DbgPrint("unloaded: %u %u\n", *(PUCHAR)Global, DriverObject->Type);
    NdisFreePacketPool(GlobalPackets);
    NdisFreeMemory(Global, 4096, 0);
}

static VOID Take(NDIS_HANDLE Wrapper)
{
    NDIS_STATUS status;

    NdisAllocateMemoryWithTag(&Global, 4096, 'bolG');
    NdisAllocatePacketPool(&status, &GlobalPackets, 4, 16);
    NdisFillMemory(Global, 4096, 77);
    if (!IN_OBJECT) NdisMRegisterUnloadHandler(Wrapper, Unload);
}
#define REPLACE(c) Take(Wrapper)
#define ENTRY(object) (IN_OBJECT ? (VOID)((object)->DriverUnload = Unload) : (VOID)0)

#elif defined(KEEPS_TO_ITSELF)
/* A serialized miniport with one slot, that completes sends at once, answers NDIS_STATUS_RESOURCES when it is full, and says nothing when it has room again. */
static ULONGLONG Freed;
static ULONG Prompt, Refused;
static BOOLEAN IsRefused;

static ULONGLONG Now(VOID)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);

    return (ULONGLONG)(now.QuadPart * 1000000 / frequency.QuadPart);
}

static VOID Handle(NDIS_HANDLE Context)
{
    ULONG before = ((PADAPTER)Context)->TxBusy;

    HandleInterrupt(Context);
    if (IsRefused && Freed == 0 && ((PADAPTER)Context)->TxBusy < before) Freed = Now();
}

static NDIS_STATUS Refuse(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    NDIS_STATUS status;

    if (IsRefused && Freed != 0 && Now() - Freed < 4000) Prompt++;
    Freed = 0;
    status = ((PADAPTER)Context)->TxBusy > 0 ? NDIS_STATUS_RESOURCES : Send(Context, Packet, Flags);
    IsRefused = (BOOLEAN)(status == NDIS_STATUS_RESOURCES);
    Refused += IsRefused;
    return status;
}

static VOID Changed(NDIS_HANDLE Context)
{
    if (Refused > 0) DbgPrint("refused: %s, prompt: %s\n", Refused > 20 ? "often" : "seldom", Prompt > Refused / 4 ? "often" : "seldom");
    Halt(Context);
}
#define REPLACE(c) ((c)->HandleInterruptHandler = Handle, (c)->SendHandler = Refuse, (c)->HaltHandler = Changed)

#elif defined(DRIVER_OBJECTS)
#define REPLACE(c) ((void)(c))
#define ENTRY(object) \
    DbgPrint("object: %d %d %wZ %wZ %d\n", (object)->Type, (object)->Size == (CSHORT)sizeof *(object), &(object)->DriverName, \
        &(object)->DriverExtension->ServiceKeyName, (object)->DriverExtension->DriverObject == (object))
#endif

#ifndef ENTRY
#define ENTRY(object) ((void)(object))
#endif

static NDIS_STATUS RegisterChanged(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
{
    REPLACE(Characteristics);
    return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ENTRY(DriverObject);
    return SampleEntry(DriverObject, RegistryPath);
}
