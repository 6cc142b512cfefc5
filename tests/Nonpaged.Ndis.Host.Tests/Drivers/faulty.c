/*
 * The sample's driver with one fault each, chosen by a macro. It registers the sample's functions with one of them replaced.
 */
#include <stdlib.h>

#include <ndis.h>

static NDIS_STATUS RegisterFaulty(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
#undef NdisMRegisterMiniport
#define NdisMRegisterMiniport(handle, characteristics, length) RegisterFaulty((handle), (characteristics), (length))
#if defined(WAITS_FOR_INTERRUPT)
static PVOID SavedContext;
#define NdisMSetAttributesEx(handle, context, time, flags, type) (SavedContext = (context), (NdisMSetAttributesEx)((handle), (context), (time), (flags), (type)))
#endif
#include SAMPLE

#if defined(NULL_IN_INTERRUPT)
static VOID Faulty(NDIS_HANDLE Context)
{
    volatile int *nothing = NULL;

    UNREFERENCED_PARAMETER(Context);
    KeGetCurrentIrql();
    *nothing = 1;
}
#define REPLACE(c) ((c)->HandleInterruptHandler = Faulty)

#elif defined(ABORTS)
static VOID Faulty(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    abort();
}
#define REPLACE(c) ((c)->HandleInterruptHandler = Faulty)

#elif defined(CHECKS_BUG)
static VOID Faulty(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeBugCheckEx(0xe0000001, 1, 2, 3, 0x123456789);
}
#define REPLACE(c) ((c)->HandleInterruptHandler = Faulty)

#elif defined(FAILS_INITIALIZATION)
static NDIS_STATUS Faulty(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    PVOID block;

    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Selected), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count);
    UNREFERENCED_PARAMETER(Handle), UNREFERENCED_PARAMETER(Configuration);
    NdisAllocateMemoryWithTag(&block, 4711, 'kaeL');
    return NDIS_STATUS_HARD_ERRORS;
}
#define REPLACE(c) ((c)->InitializeHandler = Faulty)

#elif defined(FREES_TWICE)
static VOID Faulty(NDIS_HANDLE Context)
{
    PVOID block;

    NdisAllocateMemoryWithTag(&block, 256, 'eciw');
    NdisFreeMemory(block, 256, 0);
    NdisFreeMemory(block, 256, 0);
    Halt(Context);
}
#define REPLACE(c) ((c)->HaltHandler = Faulty)

#elif defined(WRITES_OUTSIDE)
static VOID Faulty(NDIS_HANDLE Context)
{
    PVOID block;

    NdisAllocateMemoryWithTag(&block, 250, 'eciw');
    memset(block, 1, 251);
    NdisFreeMemory(block, 250, 0);
    NdisAllocateMemoryWithTag(&block, 250, 'eciw');
    NdisFreeMemory(block, 250, 0);
    ((PUCHAR)block)[7] = 1;
    Halt(Context);
}
#define REPLACE(c) ((c)->HaltHandler = Faulty)

#elif defined(LEAKS)
/* Blocks of two lengths by turns, of which three are never freed; a pool; and frees of addresses that nobody gave it. */
static VOID Faulty(NDIS_HANDLE Context)
{
    NDIS_STATUS status;
    NDIS_HANDLE pool;
    PVOID block;
    UINT index;

    for (index = 0; index < 150; index++) {
        NdisAllocateMemoryWithTag(&block, 100, 'eciw');
        NdisFreeMemory(block, 100, 0);
        NdisAllocateMemoryWithTag(&block, 200, 'eciw');
        NdisFreeMemory(block, 200, 0);
    }
    for (index = 0; index < 3; index++) NdisAllocateMemoryWithTag(&block, 300, 'kaeL');
    NdisAllocatePacketPool(&status, &pool, 16, 0);
    for (index = 0; index < 2000; index++) NdisFreeMemory((PVOID)(ULONG_PTR)(0x10000 + 16 * index), 8, 0);
    Halt(Context);
}
#define REPLACE(c) ((c)->HaltHandler = Faulty)

#elif defined(FAILS_ODDLY)
static NDIS_STATUS Faulty(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Selected), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count);
    UNREFERENCED_PARAMETER(Handle), UNREFERENCED_PARAMETER(Configuration);
    return (NDIS_STATUS)STATUS;
}
#define REPLACE(c) ((c)->InitializeHandler = Faulty)

#elif defined(DROPS_SENDS)
static NDIS_STATUS Faulty(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Packet), UNREFERENCED_PARAMETER(Flags);
    return NDIS_STATUS_SUCCESS;
}
#define REPLACE(c) ((c)->SendHandler = Faulty)

#elif defined(NEVER_ACKNOWLEDGES)
static VOID Faulty(PBOOLEAN Recognized, PBOOLEAN Queue, NDIS_HANDLE Context)
{
    USHORT status;

    READ((PADAPTER)Context, Ushort, REG_INTERRUPT_STATUS, &status);
    *Recognized = (BOOLEAN)(status != 0);
    *Queue = FALSE;
}
#define REPLACE(c) ((c)->ISRHandler = Faulty)

#elif defined(DEREFERENCES_REGISTERS)
static NDIS_STATUS Faulty(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status = Initialize(Error, Selected, Media, Count, Handle, Configuration);
    NDIS_PHYSICAL_ADDRESS physical = NDIS_PHYSICAL_ADDRESS_CONST(0, 0);
    PVOID registers;
    ULONG bar;

    NdisReadPciSlotInformation(Handle, 0, 0x14, &bar, sizeof bar);
    physical.LowPart = bar & PCI_ADDRESS_MEMORY_ADDRESS_MASK;
    if (NdisMMapIoSpace(&registers, Handle, physical, PORT_COUNT) == NDIS_STATUS_SUCCESS) DbgPrint("the card says %x\n", *(volatile ULONG *)registers);
    return status;
}
#define REPLACE(c) ((c)->InitializeHandler = Faulty)

#elif defined(UNKNOWN_IMPORTS)
VOID NdisFrobnicate(VOID);
VOID NdisMUnheardOf(VOID);
#define REPLACE(c) (NdisFrobnicate(), NdisMUnheardOf())

#elif defined(WAITS_FOR_INTERRUPT)
/* The card's own timer (data sheet 5.16): its interrupt comes while MiniportInitialize waits. */
enum { REG_TIMER = 0x48, REG_TIMER_INTERRUPT = 0x54, INTERRUPT_TIMER = 0x4000 };
static NDIS_EVENT TimerEvent;
static BOOLEAN WasStalled;

static VOID FaultyIsr(PBOOLEAN Recognized, PBOOLEAN Queue, NDIS_HANDLE Context)
{
    USHORT status;

    READ((PADAPTER)Context, Ushort, REG_INTERRUPT_STATUS, &status);
    if (status & INTERRUPT_TIMER) {
        WRITE((PADAPTER)Context, Ushort, REG_INTERRUPT_STATUS, INTERRUPT_TIMER);
        WRITE((PADAPTER)Context, Ulong, REG_TIMER_INTERRUPT, 0);
        WasStalled = *Recognized = *Queue = TRUE;
        return;
    }
    Isr(Recognized, Queue, Context);
}

static VOID FaultyHandle(NDIS_HANDLE Context)
{
    NdisSetEvent(&TimerEvent);
    HandleInterrupt(Context);
}

static VOID StartTimer(PADAPTER Adapter)
{
    WRITE(Adapter, Ushort, REG_INTERRUPT_MASK, INTERRUPTS | INTERRUPT_TIMER);
    WRITE(Adapter, Ulong, REG_TIMER_INTERRUPT, 20000);
    WRITE(Adapter, Ulong, REG_TIMER, 0);
}

static NDIS_STATUS Faulty(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status;
    ULONG tries;

    NdisInitializeEvent(&TimerEvent);
    status = Initialize(Error, Selected, Media, Count, Handle, Configuration);
    if (status != NDIS_STATUS_SUCCESS) return status;
    StartTimer((PADAPTER)SavedContext);
    DbgPrint("waited: %d\n", NdisWaitEvent(&TimerEvent, 60000));
    WasStalled = FALSE;
    StartTimer((PADAPTER)SavedContext);
    for (tries = 0; tries < 3000000 && !WasStalled; tries++) NdisStallExecution(20);
    DbgPrint("stalled: %d\n", WasStalled);
    return status;
}
#define REPLACE(c) ((c)->InitializeHandler = Faulty, (c)->ISRHandler = FaultyIsr, (c)->HandleInterruptHandler = FaultyHandle)
#endif

static NDIS_STATUS RegisterFaulty(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
{
    REPLACE(Characteristics);
    return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
}
