/*
 * Random sequences of calls, right and wrong ones, from several contexts: system threads, DPCs, timers, work items, receive handlers, IRP
 * dispatch. Handles, lengths, orders, IRQLs and names may be anything; memory that is handed over is valid. Reports are expected; a crash, a
 * hang, a leak or outstanding memory is not. It prints its seed first.
 *
 * FuzzTests runs it for some seconds. For longer, a minute here, or with a seed that failed:
 *
 *     cc -shared -fPIC $(pkg-config --cflags ndis) fuzzdriver.c -o fuzz.so
 *     NONPAGED_FILES=/tmp/empty ./nonpaged run ./fuzz.so --over e1000 --set Seed=1 --set Milliseconds=60000 --exec "sleep 61"
 *
 * It is a protocol; with -DLAYER an intermediate driver, and with -DVIRTUAL a miniport for --nic none. Threads run beside each other, so that a
 * seed gives the same choices, and not the same interleaving.
 */
#include <ndis.h>

enum { PACKETS = 48, FRAME = 2048, SLOTS = 96, SEEN = 128, THREADS = 3, DEVICES = 2, NAMES = 20, BIG = 65536, DEEPEST = 3, TAG = 'zzuF' };
typedef enum { FREE, PACKET, KEY, ZWFILE, NDISFILE, EVENT, IRPS, CONFIG, MEMORY, PACKETPOOL, WORKITEM, BINDING, KINDS } KIND;

typedef struct _SLOT {
    KIND Kind;
    HANDLE Handle;
    PVOID Pointer;
    ULONG Length;
} SLOT;

typedef struct _RANDOM {
    ULONGLONG State;
    BOOLEAN MayWait;
} RANDOM;

typedef struct _REQUEST {
    NDIS_REQUEST Request;
    LONG Busy;
    UCHAR Buffer[FRAME];
} REQUEST;

/* All of the driver's state. What is in a slot is its taker's alone. */
static struct {
    NDIS_SPIN_LOCK Lock;
    KSPIN_LOCK ListLock;
    SLOT Slots[SLOTS];
    HANDLE Seen[SEEN];
    NDIS_HANDLE Binding, Protocol, Layer, LayerAdapter, PacketPool, BufferPool, Wrapper, Device, Adapter;
    PDRIVER_OBJECT Object;
    PDEVICE_OBJECT Devices[DEVICES], Registered;
    NDIS_EVENT Opened, Closed;
    KEVENT Notification, Synchronization;
    KMUTEX Mutex;
    KSEMAPHORE Semaphore;
    KTIMER Timers[2];
    KDPC Dpcs[3];
    NDIS_TIMER NdisTimers[2];
    NDIS_WORK_ITEM Work[2];
    WORK_QUEUE_ITEM ExWork;
    LONG WorkBusy[2], ExBusy;
    LIST_ENTRY List;
    LIST_ENTRY Entries[16];
    LONG EntryBusy[16];
    REQUEST Requests[4];
    PNDIS_PACKET Packets[PACKETS];
    LONG Sending[PACKETS];
    PUCHAR Memory;
    PKTHREAD Running[THREADS];
    PNDIS_PACKET Kept[32];
    NDIS_HANDLE Layers[32];
    LONG LayerCount;
    NDIS_STRING Section, Lower;
    WCHAR Texts[2][256], LayerName[256];
    LONG Stop, Outstanding, Calls, Callbacks, Irps;
    ULONG Seed, Milliseconds;
    LARGE_INTEGER Long;
} F;

static WCHAR LongText[BIG / 2 - 1];
static UCHAR Scratch[4][BIG];

/* Numbers. */

static ULONG Next(RANDOM *Random)
{
    ULONGLONG value = Random->State += 0x9E3779B97F4A7C15ull;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ull;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBull;
    return (ULONG)(value ^ (value >> 31));
}

static ULONG Below(RANDOM *Random, ULONG Limit)
{
    return Next(Random) % Limit;
}

static RANDOM RandomOf(BOOLEAN MayWait)
{
    RANDOM random;
    random.State = ((ULONGLONG)F.Seed << 32) + (ULONG)NdisInterlockedIncrement(&F.Callbacks) * 7919u;
    random.MayWait = MayWait;
    return random;
}

/* A length that the buffers of the driver have room for, or one that no buffer has, where the call must not believe it. */
static ULONG Length(RANDOM *Random)
{
    static const ULONG edges[] = { 0, 1, 2, 3, 4, 6, 12, 14, 16, 24, 60, 64, 1500, 1514, FRAME };
    return Below(Random, 3) != 0 ? edges[Below(Random, sizeof edges / sizeof *edges)] : Below(Random, FRAME);
}

static PUCHAR Buffer(RANDOM *Random)
{
    return Scratch[Below(Random, 4)];
}

/* Handles. */

static HANDLE Saw(HANDLE Handle)
{
    static LONG at;
    if (Handle != NULL) F.Seen[(ULONG)NdisInterlockedIncrement(&at) % SEEN] = Handle;
    return Handle;
}

/* Any kind, open, closed, or none. */
static HANDLE AnyHandle(RANDOM *Random)
{
    switch (Below(Random, 12)) {
    case 0: return NULL;
    case 1: return (HANDLE)(ULONG_PTR)Next(Random);
    case 2: return (HANDLE)(LONG_PTR)-2;
    case 3: return (HANDLE)(LONG_PTR)-1;
    default: return F.Seen[Below(Random, SEEN)];
    }
}

/* A handle that the call is for, mostly. */
static HANDLE Mostly(RANDOM *Random, HANDLE Handle)
{
    return Below(Random, 4) == 0 || Handle == NULL ? AnyHandle(Random) : Handle;
}

/* One that is open must not be closed by another: it goes on with the memory behind it. */
static BOOLEAN IsOpen(HANDLE Handle)
{
    BOOLEAN found = (BOOLEAN)(Handle == F.Binding || Handle == F.Protocol || Handle == F.Layer || Handle == F.PacketPool
        || Handle == F.BufferPool || Handle == F.Wrapper || Handle == F.Device || Handle == F.Adapter || Handle == F.LayerAdapter);
    UINT index;
    for (index = 0; index < SLOTS && !found; index++) found = (BOOLEAN)(F.Slots[index].Kind != FREE && F.Slots[index].Handle == Handle);
    return found;
}

static HANDLE Closed(RANDOM *Random)
{
    HANDLE handle = AnyHandle(Random);
    return IsOpen(handle) ? (HANDLE)(ULONG_PTR)4711 : handle;
}

/* Slots. */

static BOOLEAN Take(RANDOM *Random, KIND Kind, SLOT *Slot)
{
    UINT index, start = Below(Random, SLOTS);
    BOOLEAN found = FALSE;
    NdisAcquireSpinLock(&F.Lock);
    for (index = 0; index < SLOTS && !found; index++) {
        SLOT *slot = &F.Slots[(start + index) % SLOTS];
        if (slot->Kind != Kind) continue;
        *Slot = *slot;
        slot->Kind = FREE;
        found = TRUE;
    }
    NdisReleaseSpinLock(&F.Lock);
    return found;
}

static VOID Close(SLOT *Slot);

static VOID Put(SLOT *Slot)
{
    UINT index;
    BOOLEAN found = FALSE;
    NdisAcquireSpinLock(&F.Lock);
    for (index = 0; index < SLOTS && !found; index++) {
        if (F.Slots[index].Kind != FREE) continue;
        F.Slots[index] = *Slot;
        found = TRUE;
    }
    NdisReleaseSpinLock(&F.Lock);
    if (!found) Close(Slot);
}

static VOID Keep(KIND Kind, HANDLE Handle, PVOID Pointer, ULONG Size)
{
    SLOT slot;
    slot.Kind = Kind;
    slot.Handle = Saw(Handle);
    slot.Pointer = Pointer;
    slot.Length = Size;
    Put(&slot);
}

static VOID Close(SLOT *Slot)
{
    NDIS_STATUS status;
    switch (Slot->Kind) {
    case KEY:
    case ZWFILE:
    case EVENT: ZwClose(Slot->Handle); break;
    case NDISFILE: NdisCloseFile(Slot->Handle); break;
    case IRPS: IoFreeIrp((PIRP)Slot->Pointer); break;
    case CONFIG: NdisCloseConfiguration(Slot->Handle); break;
    case MEMORY: NdisFreeMemory(Slot->Pointer, Slot->Length, 0); break;
    case PACKETPOOL: NdisFreePacketPool(Slot->Handle); break;
    case WORKITEM: IoFreeWorkItem((PIO_WORKITEM)Slot->Handle); break;
    case BINDING:
        NdisCloseAdapter(&status, Slot->Handle);
        if (status != NDIS_STATUS_PENDING) NdisInterlockedDecrement(&F.Outstanding);
        break;
    default: break;
    }
}

/* Names. */

static PUNICODE_STRING Name(RANDOM *Random, PUNICODE_STRING Text)
{
    static const WCHAR *texts[NAMES] = {
        L"", L"\\", L"\\\\", L"Name", L"\\Registry\\Machine", L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\driver",
        L"\\Registry\\Machine\\System\\ControlSet001\\Services\\driver\\Parameters", L"\\Registry\\", L"\\??\\C:\\File", L"\\??\\C:\\..\\File",
        L"\\??\\..:\\File", L"\\SystemRoot\\a/b", L"\\??\\C:\\Name*?", L"\\Device\\Fuzz0", L"\\Device\\Fuzz1", L"\\DosDevices\\Fuzz0",
        L"\\??\\", L"Seed", L"\xd800\xdc00\xdc00", L"\\??\\C:"
    };
    const WCHAR *chosen = texts[Below(Random, NAMES)];
    switch (Below(Random, 12)) {
    case 0: return NULL;
    case 1:
        Text->Buffer = NULL;
        Text->Length = (USHORT)(Below(Random, 2) * Below(Random, 400));
        Text->MaximumLength = Text->Length;
        return Text;
    case 2:
        Text->Buffer = LongText;
        Text->Length = (USHORT)Next(Random) & 0xfffd;
        Text->MaximumLength = 0xfffe;
        return Text;
    case 3:
        /* With a NUL in its middle, behind a prefix of files. */
        NdisMoveMemory(LongText, L"\\??\\C:\\a\0b", 20);
        Text->Buffer = LongText;
        Text->Length = Text->MaximumLength = 20;
        return Text;
    default:
        RtlInitUnicodeString(Text, chosen);
        /* Half a character. */
        if (Below(Random, 12) == 0 && Text->Length > 2) Text->Length--;
        return Text;
    }
}

static POBJECT_ATTRIBUTES Attributes(RANDOM *Random, POBJECT_ATTRIBUTES Made, PUNICODE_STRING Text, HANDLE Root)
{
    InitializeObjectAttributes(Made, Name(Random, Text), Below(Random, 2) ? OBJ_CASE_INSENSITIVE : Next(Random), Root, NULL);
    if (Below(Random, 20) == 0) Made->Length = Next(Random);
    return Below(Random, 20) == 0 ? NULL : Made;
}

#include "fuzzcalls.h"
#include "fuzzkernel.h"

/* The protocol. */

static VOID OpenComplete(NDIS_HANDLE Context, NDIS_STATUS Status, NDIS_STATUS Error)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status), UNREFERENCED_PARAMETER(Error);
}

static VOID CloseComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Status);
    if (Context == &F) NdisSetEvent(&F.Closed);
    else NdisInterlockedDecrement(&F.Outstanding);
}

static VOID SendComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status);
    __atomic_store_n(&F.Sending[*(PULONG)Packet->ProtocolReserved], 0, __ATOMIC_SEQ_CST);
    Steps(FALSE, 1);
}

static VOID TransferComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status, UINT Bytes)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Packet), UNREFERENCED_PARAMETER(Status), UNREFERENCED_PARAMETER(Bytes);
}

static VOID ResetComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status);
}

static VOID RequestComplete(NDIS_HANDLE Context, PNDIS_REQUEST Request, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status);
    __atomic_store_n(&CONTAINING_RECORD(Request, REQUEST, Request)->Busy, 0, __ATOMIC_SEQ_CST);
    Steps(FALSE, 1);
}

static NDIS_STATUS Receive(NDIS_HANDLE Context, NDIS_HANDLE Handle, PVOID Header, UINT HeaderSize, PVOID Ahead, UINT AheadSize, UINT Size)
{
    RANDOM random = RandomOf(FALSE);
    UINT one = Below(&random, PACKETS), bytes;
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Header), UNREFERENCED_PARAMETER(HeaderSize);
    UNREFERENCED_PARAMETER(Ahead), UNREFERENCED_PARAMETER(AheadSize);
    if (F.Stop || Depth > 0) return NDIS_STATUS_NOT_ACCEPTED;
    if (__atomic_exchange_n(&F.Sending[one], 1, __ATOMIC_SEQ_CST) == 0) {
        NdisTransferData(&status, F.Binding, Handle, Below(&random, 2) ? Below(&random, Size + 2) : Next(&random),
            Below(&random, 2) ? Below(&random, Size + 2) : Next(&random), F.Packets[one], &bytes);
        __atomic_store_n(&F.Sending[one], 0, __ATOMIC_SEQ_CST);
    }
    NdisGetReceivedPacket(Mostly(&random, F.Binding), Saw(Handle));
    Steps(FALSE, 3);
    return Next(&random);
}

static INT ReceivePacket(NDIS_HANDLE Context, PNDIS_PACKET Packet)
{
    RANDOM random = RandomOf(FALSE);
    UINT at = Below(&random, 32);
    PNDIS_PACKET none = NULL;

    UNREFERENCED_PARAMETER(Context);
    if (F.Stop || Depth > 0) return 0;
    Steps(FALSE, 3);
    if (Below(&random, 2) && __atomic_compare_exchange_n(&F.Kept[at], &none, Packet, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return 1;
    return 0;
}

static VOID ReceiveComplete(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    if (Depth == 0) Steps(FALSE, 1);
}

static VOID Status(NDIS_HANDLE Context, NDIS_STATUS Code, PVOID Bytes, UINT Size)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Code), UNREFERENCED_PARAMETER(Bytes), UNREFERENCED_PARAMETER(Size);
}

static VOID StatusComplete(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
}

static VOID TimerFunction(PVOID First, PVOID Context, PVOID Second, PVOID Third)
{
    UNREFERENCED_PARAMETER(First), UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Second), UNREFERENCED_PARAMETER(Third);
    Steps(FALSE, 4);
}

static VOID DpcFunction(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    UNREFERENCED_PARAMETER(Dpc), UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(First), UNREFERENCED_PARAMETER(Second);
    Steps(FALSE, 4);
}

static VOID WorkFunction(PNDIS_WORK_ITEM Item, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Steps(TRUE, 4);
    __atomic_store_n(&F.WorkBusy[Item - F.Work], 0, __ATOMIC_SEQ_CST);
}

static VOID ExFunction(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Steps(TRUE, 4);
    __atomic_store_n(&F.ExBusy, 0, __ATOMIC_SEQ_CST);
}

#include "fuzzlife.h"
