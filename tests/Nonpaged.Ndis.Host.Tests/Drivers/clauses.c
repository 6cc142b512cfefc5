/*
 * The clauses of docs/contract.md through the C ABI: the sample's driver, whose rings lie in memory of NdisAllocateMemory here, and which checks a clause after the
 * other from MiniportInitialize, from deferred handling, and in MiniportHalt. Runs on a machine with 6 GiB, so that memory lies on both sides of 4 GiB.
 */
#include <ndis.h>

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
static VOID AllocateForCard(NDIS_HANDLE Handle, ULONG Length, PVOID *Address, PNDIS_PHYSICAL_ADDRESS Physical);
static VOID FreeOfCard(NDIS_HANDLE Handle, ULONG Length, PVOID Address, NDIS_PHYSICAL_ADDRESS Physical);

#undef NdisMRegisterMiniport
#define NdisMRegisterMiniport(handle, characteristics, length) Register((handle), (characteristics), (length))
#define NdisMAllocateSharedMemory(handle, length, cached, address, physical) AllocateForCard((handle), (length), (address), (physical))
#define NdisMFreeSharedMemory(handle, length, cached, address, physical) FreeOfCard((handle), (length), (address), (physical))
#include SAMPLE
#undef NdisMAllocateSharedMemory
#undef NdisMFreeSharedMemory

#define PAGE 4096
#define BOTH (NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED)
#define GARBAGE ((PVOID)(ULONG_PTR)0x5a5a5a5a)
#define CLAUSE(number, condition) DbgPrint("clause C%d: %s: %s (line %d)\n", (number), (condition) ? "ok" : "FAILED", #condition, __LINE__)

static const NDIS_PHYSICAL_ADDRESS None = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
static const NDIS_PHYSICAL_ADDRESS FourGigabytes = NDIS_PHYSICAL_ADDRESS_CONST(-1, 0);
static const NDIS_PHYSICAL_ADDRESS Megabyte = NDIS_PHYSICAL_ADDRESS_CONST(0x000fffff, 0);
static PVOID ContextArea, Unused;
static BOOLEAN IsLater;
static PVOID volatile Others[] = { (PVOID)NdisMSetAttributes, (PVOID)NdisMSetAttributesEx };
static NDIS_STATUS ContiguousStatus;

static ULONGLONG PhysicalOf(PVOID Address)
{
    return (ULONGLONG)MmGetPhysicalAddress(Address).QuadPart;
}

static BOOLEAN LiesBelow(PVOID Block, ULONG Length, ULONGLONG Limit)
{
    ULONG offset;

    for (offset = 0; offset < Length; offset += PAGE)
        if (PhysicalOf((PUCHAR)Block + offset) > Limit) return FALSE;
    return PhysicalOf((PUCHAR)Block + Length - 1) <= Limit;
}

static BOOLEAN IsOneRange(PVOID Block, ULONG Length)
{
    ULONG offset;

    for (offset = 0; offset < Length; offset += PAGE)
        if (PhysicalOf((PUCHAR)Block + offset) != PhysicalOf(Block) + offset) return FALSE;
    return TRUE;
}

static BOOLEAN Holds(PVOID Block, ULONG Length, UCHAR Value)
{
    ULONG offset;

    NdisFillMemory(Block, Length, Value);
    for (offset = 0; offset < Length; offset++)
        if (((PUCHAR)Block)[offset] != Value) return FALSE;
    return TRUE;
}

static BOOLEAN IsZero(PVOID Block, ULONG Length)
{
    ULONG offset;

    for (offset = 0; offset < Length; offset++)
        if (((PUCHAR)Block)[offset] != 0) return FALSE;
    return TRUE;
}

/* C2: under each limit in use, with each mask of flags. */
static BOOLEAN LimitsAreKept(VOID)
{
    static const ULONGLONG limits[] = { 0x000fffff, 0x00ffffff, 0xffffffff };
    BOOLEAN kept = TRUE;
    UINT flags, index;

    for (flags = 0; flags <= BOTH; flags++) {
        for (index = 0; index < sizeof limits / sizeof limits[0]; index++) {
            NDIS_PHYSICAL_ADDRESS limit;
            PVOID block;
            limit.QuadPart = (LONGLONG)limits[index];
            if (NdisAllocateMemory(&block, 3 * PAGE, flags, limit) != NDIS_STATUS_SUCCESS || !LiesBelow(block, 3 * PAGE, limits[index])) kept = FALSE;
            NdisFreeMemory(block, 3 * PAGE, flags);
        }
    }
    return kept;
}

/* C5, C8: neighbours of many lengths, all of whose bytes can be used, and none of which changes another. */
static BOOLEAN LengthsCanBeUsed(VOID)
{
    static const UINT lengths[] = { 1, 15, 16, 17, 64, 1514, 2048, 4095, 4097, 65536, 65537, 200000 };
    enum { COUNT = sizeof lengths / sizeof lengths[0] };
    PUCHAR blocks[COUNT];
    BOOLEAN good = TRUE;
    UINT index;

    for (index = 0; index < COUNT; index++)
        if (NdisAllocateMemory((PVOID *)&blocks[index], lengths[index], 0, None) != NDIS_STATUS_SUCCESS || !Holds(blocks[index], lengths[index], (UCHAR)index)) good = FALSE;
    for (index = 0; index < COUNT; index++) {
        if (blocks[index][0] != index || blocks[index][lengths[index] - 1] != index) good = FALSE;
        NdisFreeMemory(blocks[index], lengths[index], 0);
    }
    return good;
}

/* C9: below 1 MiB there is room for a few blocks of 64 KiB; one that failed is there when another was given back. */
static BOOLEAN SucceedsLater(VOID)
{
    enum { MOST = 20, LENGTH = 65536 };
    PVOID blocks[MOST], block = GARBAGE;
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    UINT count = 0;
    BOOLEAN good;

    while (count < MOST && (status = NdisAllocateMemory(&blocks[count], LENGTH, NDIS_MEMORY_CONTIGUOUS, Megabyte)) == NDIS_STATUS_SUCCESS) count++;
    good = count > 0 && count < MOST && status == NDIS_STATUS_FAILURE && blocks[count] == NULL;
    if (count > 0) {
        NdisFreeMemory(blocks[--count], LENGTH, NDIS_MEMORY_CONTIGUOUS);
        good = good && NdisAllocateMemory(&block, LENGTH, NDIS_MEMORY_CONTIGUOUS, Megabyte) == NDIS_STATUS_SUCCESS;
        NdisFreeMemory(block, LENGTH, NDIS_MEMORY_CONTIGUOUS);
    }
    while (count > 0) NdisFreeMemory(blocks[--count], LENGTH, NDIS_MEMORY_CONTIGUOUS);
    return good;
}

/* C17: what a driver does whose first wish is too large. */
static UINT LengthAfterHalving(VOID)
{
    UINT length = 16 << 20;
    PVOID block;

    while (length > PAGE && NdisAllocateMemory(&block, length, BOTH, Megabyte) != NDIS_STATUS_SUCCESS) length /= 2;
    if (block != NULL) NdisFreeMemory(block, length, BOTH);
    return block == NULL ? 0 : length;
}

static VOID CheckClauses(NDIS_HANDLE Handle)
{
    PVOID block, other;

    UNREFERENCED_PARAMETER(Handle);
    CLAUSE(2, LimitsAreKept());

    CLAUSE(3, NdisAllocateMemory(&block, 2 * PAGE, NDIS_MEMORY_NONCACHED, None) == NDIS_STATUS_SUCCESS && Holds(block, 2 * PAGE, 0x3c));
    /* C10: whole pages, zeroed, for noncached memory; the heap for other. */
    CLAUSE(10, ((ULONG_PTR)block & (PAGE - 1)) == 0);
    NdisFreeMemory(block, 2 * PAGE, NDIS_MEMORY_NONCACHED);
    CLAUSE(10, NdisAllocateMemory(&block, 2 * PAGE, NDIS_MEMORY_NONCACHED, None) == NDIS_STATUS_SUCCESS && IsZero(block, 2 * PAGE));
    NdisFreeMemory(block, 2 * PAGE, NDIS_MEMORY_NONCACHED);
    NdisAllocateMemory(&block, 100, 0, None);
    NdisAllocateMemory(&other, 100, 0, None);
    CLAUSE(10, ((ULONG_PTR)block & ~(ULONG_PTR)0xffff) == ((ULONG_PTR)other & ~(ULONG_PTR)0xffff) && ((ULONG_PTR)block & 15) == 0);
    NdisFreeMemory(block, 100, 0);
    NdisFreeMemory(other, 100, 0);

    block = GARBAGE;
    CLAUSE(4, NdisAllocateMemory(&block, 0x7fffffff, BOTH, Megabyte) == NDIS_STATUS_FAILURE && block == NULL);
    block = GARBAGE;
    CLAUSE(4, NdisAllocateMemory(&block, 0, 0, None) == NDIS_STATUS_FAILURE && block == NULL);
    CLAUSE(5, LengthsCanBeUsed());
    CLAUSE(8, LengthsCanBeUsed());

    block = GARBAGE;
    CLAUSE(6, NdisAllocateMemory(&block, 100, 4, None) == NDIS_STATUS_FAILURE && block == NULL);
    CLAUSE(6, NDIS_MEMORY_CONTIGUOUS == 1 && NDIS_MEMORY_NONCACHED == 2);

    CLAUSE(7, NdisAllocateMemory(&block, 3 * PAGE, BOTH, None) == NDIS_STATUS_SUCCESS && PhysicalOf(block) > 0xffffffff);
    NdisFreeMemory(block, 3 * PAGE, BOTH);
    CLAUSE(7, NdisAllocateMemory(&block, 3 * PAGE, BOTH, FourGigabytes) == NDIS_STATUS_SUCCESS && LiesBelow(block, 3 * PAGE, 0xffffffff));
    NdisFreeMemory(block, 3 * PAGE, BOTH);
    CLAUSE(9, SucceedsLater());

    CLAUSE(11, NdisAllocateMemory(&ContextArea, 500, 0, None) == NDIS_STATUS_SUCCESS);
    NdisFreeMemory(ContextArea, 500, 0);

    CLAUSE(13, NdisAllocateMemory(&block, 1 << 20, NDIS_MEMORY_CONTIGUOUS, None) == NDIS_STATUS_SUCCESS && IsOneRange(block, 1 << 20));
    NdisFreeMemory(block, 1 << 20, NDIS_MEMORY_CONTIGUOUS);
    CLAUSE(15, NdisAllocateMemory(&block, 1 << 20, 0, None) == NDIS_STATUS_SUCCESS && Holds(block, 1 << 20, 0x77) && PhysicalOf((PUCHAR)block + (1 << 20) - 1) != 0);
    NdisFreeMemory(block, 1 << 20, 0);
    /* C16: far too much, which is never touched. The host reports it when it is freed. */
    NdisAllocateMemory(&Unused, 1 << 20, NDIS_MEMORY_NONCACHED, None);
    CLAUSE(17, LengthAfterHalving() >= PAGE && LengthAfterHalving() < (1 << 20));

    CLAUSE(18, (block = LocalAlloc(LPTR, 40)) != NULL && LocalFree(block) == NULL);
    CLAUSE(18, (block = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE)) != NULL && VirtualFree(block, 0, MEM_RELEASE));
    CLAUSE(18, Others[0] != NULL && Others[1] != NULL && Others[0] != Others[1]);
}

/* C14: the card's rings and buffers, which it reads and writes while the driver does, and nobody flushes. */
static VOID AllocateForCard(NDIS_HANDLE Handle, ULONG Length, PVOID *Address, PNDIS_PHYSICAL_ADDRESS Physical)
{
    ContiguousStatus = NdisAllocateMemory(Address, Length, BOTH, FourGigabytes);
    if (ContiguousStatus == NDIS_STATUS_SUCCESS) *Physical = MmGetPhysicalAddress(*Address);
    else NdisMAllocateSharedMemory(Handle, Length, FALSE, Address, Physical);
}

static VOID FreeOfCard(NDIS_HANDLE Handle, ULONG Length, PVOID Address, NDIS_PHYSICAL_ADDRESS Physical)
{
    if (ContiguousStatus == NDIS_STATUS_SUCCESS) NdisFreeMemory(Address, Length, BOTH);
    else NdisMFreeSharedMemory(Handle, Length, FALSE, Address, Physical);
}

static NDIS_STATUS CheckedInitialize(
    PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status = Initialize(Error, Selected, Media, Count, Handle, Configuration);

    DbgPrint("rings: %08x\n", ContiguousStatus);
    if (status == NDIS_STATUS_SUCCESS && ContiguousStatus == NDIS_STATUS_SUCCESS) CheckClauses(Handle);
    return status;
}

static VOID CheckedHandleInterrupt(NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;
    PVOID block;

    HandleInterrupt(Context);
    if (IsLater) return;
    IsLater = TRUE;
    /* The context area came back as it was handed over, and more of its kind can be had at DISPATCH_LEVEL. */
    CLAUSE(11, adapter->Handle != NULL && adapter->RxBuffer != NULL);
    CLAUSE(11, NdisAllocateMemory(&block, 1514, 0, None) == NDIS_STATUS_SUCCESS && Holds(block, 1514, 0x11));
    NdisFreeMemory(block, 1514, 0);
    CLAUSE(14, adapter->FramesReceived + adapter->FramesSent > 0);
    /* C12: flags outside of initialization. The host reports it, and serves. */
    CLAUSE(12, NdisAllocateMemory(&block, PAGE, NDIS_MEMORY_NONCACHED, None) == NDIS_STATUS_SUCCESS && Holds(block, PAGE, 1));
    NdisFreeMemory(block, PAGE, NDIS_MEMORY_NONCACHED);
}

static VOID CheckedHalt(NDIS_HANDLE Context)
{
    CLAUSE(16, Unused != NULL);
    if (Unused != NULL) NdisFreeMemory(Unused, 1 << 20, NDIS_MEMORY_NONCACHED);
    Halt(Context);
}

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
{
    Characteristics->InitializeHandler = CheckedInitialize;
    Characteristics->HandleInterruptHandler = CheckedHandleInterrupt;
    Characteristics->HaltHandler = CheckedHalt;
    return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
}
