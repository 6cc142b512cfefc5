/*
 * The sample's driver, which first calls the rest of NDIS from MiniportInitialize and says what did not do as documented.
 */
#include <ndis.h>

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
#undef NdisMRegisterMiniport
#define NdisMRegisterMiniport(handle, characteristics, length) Register((handle), (characteristics), (length))
#include SAMPLE

static ULONG Checks, Failures;
#define CHECK(condition) (Checks++, (condition) ? (void)0 : (void)(Failures++, DbgPrint("FAILED %s (line %d)\n", #condition, __LINE__)))

static VOID CheckMemory(NDIS_HANDLE Handle)
{
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1), megabyte = NDIS_PHYSICAL_ADDRESS_CONST(0x000fffff, 0), physical;
    NPAGED_LOOKASIDE_LIST list;
    PVOID block, other;
    DWORD old;
    ULONG low;

    CHECK(NdisAllocateMemory(&block, 0, 0, none) == NDIS_STATUS_FAILURE && block == NULL);
    CHECK(NdisAllocateMemory(&block, 0x7fffffff, 0, none) == NDIS_STATUS_FAILURE && block == NULL);
    CHECK(NdisAllocateMemory(&block, 100, 0x80, none) == NDIS_STATUS_FAILURE && block == NULL);
    CHECK(NdisAllocateMemory(&block, 65536, NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED, megabyte) == NDIS_STATUS_SUCCESS);
    physical = MmGetPhysicalAddress(block);
    CHECK(physical.QuadPart + 65535 <= 0x000fffff);
    CHECK(MmGetPhysicalAddress((PUCHAR)block + 65535).QuadPart == physical.QuadPart + 65535);
    CHECK(((PULONG)block)[0] == 0 && ((PULONG)block)[16383] == 0);
    NdisFreeMemory(block, 65536, NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED);
    CHECK(NdisAllocateMemoryWithTag(&block, 100, 'tset') == NDIS_STATUS_SUCCESS && ((ULONG_PTR)block & 15) == 0);
    NdisFreeMemory(block, 0, 0);
    NdisMAllocateSharedMemory(Handle, 5000, TRUE, &block, &physical);
    CHECK(block != NULL && physical.HighPart == 0 && physical.QuadPart == MmGetPhysicalAddress(block).QuadPart);
    NdisMFreeSharedMemory(Handle, 5000, TRUE, block, physical);

    NdisInitializeNPagedLookasideList(&list, NULL, NULL, 0, 192, 'tset', 0);
    block = NdisAllocateFromNPagedLookasideList(&list);
    other = NdisAllocateFromNPagedLookasideList(&list);
    CHECK(block != NULL && other != NULL && block != other);
    NdisFillMemory(block, 192, 0xff);
    NdisFreeToNPagedLookasideList(&list, block);
    NdisFreeToNPagedLookasideList(&list, other);
    NdisDeleteNPagedLookasideList(&list);

    block = LocalAlloc(LPTR, 33);
    CHECK(block != NULL && LocalSize(block) >= 33 && ((PUCHAR)block)[32] == 0);
    block = LocalReAlloc(block, 5000, LMEM_MOVEABLE | LMEM_ZEROINIT);
    CHECK(block != NULL && LocalSize(block) >= 5000 && ((PUCHAR)block)[4999] == 0);
    CHECK(LocalFree(block) == NULL);
    block = VirtualAlloc(NULL, 10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    CHECK(block != NULL && ((ULONG_PTR)block & 0xffff) == 0 && VirtualLock(block, 10000) && VirtualUnlock(block, 10000));
    CHECK(VirtualProtect(block, 4096, PAGE_READONLY, &old) && old == PAGE_READWRITE);
    CHECK(VirtualFree(block, 0, MEM_RELEASE));
    CHECK(VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE) == NULL && GetLastError() == 87);
    block = AllocPhysMem(4096, PAGE_READWRITE, 0, 0, &low);
    CHECK(block != NULL && low != 0 && (low & 0xffff) == 0);
    CHECK(FreePhysMem(block));
}

static VOID CheckPackets(VOID)
{
    NDIS_STATUS status;
    NDIS_HANDLE packets, buffers;
    PNDIS_PACKET packet, second;
    PNDIS_BUFFER first, last, found, part;
    UCHAR bytes[64], copy[64];
    UINT physical, count, length, total, offset;
    PVOID address;

    NdisAllocatePacketPoolEx(&status, &packets, 1, 1, 16);
    CHECK(status == NDIS_STATUS_SUCCESS);
    NdisAllocateBufferPool(&status, &buffers, 4);
    CHECK(status == NDIS_STATUS_SUCCESS);
    NdisAllocatePacket(&status, &packet, packets);
    CHECK(status == NDIS_STATUS_SUCCESS && NdisPacketPoolUsage(packets) == 1);
    NdisFillMemory(bytes, sizeof bytes, 0x11);
    NdisAllocateBuffer(&status, &first, buffers, bytes, 10);
    NdisAllocateBuffer(&status, &last, buffers, bytes + 32, 20);
    NdisChainBufferAtBack(packet, last);
    NdisChainBufferAtFront(packet, first);
    NdisQueryPacket(packet, &physical, &count, &found, &total);
    CHECK(count == 2 && physical >= 2 && found == first && total == 30);
    NdisQueryPacketLength(packet, &total);
    CHECK(total == 30);
    NdisGetFirstBufferFromPacket(packet, &found, &address, &length, &total);
    CHECK(found == first && address == bytes && length == 10 && total == 30);
    NdisGetNextBuffer(first, &found);
    CHECK(found == last && NdisBufferLength(found) == 20 && NdisBufferVirtualAddress(found) == bytes + 32);
    NdisQueryBufferSafe(first, &address, &length, NormalPagePriority);
    CHECK(address == bytes && length == 10);
    NdisQueryBufferOffset(first, &offset, &length);
    CHECK(offset == BYTE_OFFSET(bytes) && NDIS_BUFFER_TO_SPAN_PAGES(first) >= 1);
    NdisCopyBuffer(&status, &part, buffers, last, 4, 8);
    CHECK(status == NDIS_STATUS_SUCCESS && NdisBufferVirtualAddress(part) == bytes + 36);
    NdisFreeBuffer(part);

    NdisAllocatePacket(&status, &second, packets);
    CHECK(status == NDIS_STATUS_SUCCESS);
    NdisZeroMemory(copy, sizeof copy);
    NdisAllocateBuffer(&status, &part, buffers, copy, sizeof copy);
    NdisChainBufferAtBack(second, part);
    NdisCopyFromPacketToPacket(second, 3, 30, packet, 0, &length);
    CHECK(length == 30 && copy[2] == 0 && copy[3] == 0x11 && copy[32] == 0x11 && copy[33] == 0);
    NDIS_SET_PACKET_STATUS(second, NDIS_STATUS_RESOURCES);
    NDIS_SET_PACKET_HEADER_SIZE(second, 14);
    CHECK(NDIS_GET_PACKET_STATUS(second) == NDIS_STATUS_RESOURCES && NDIS_PER_PACKET_INFO_FROM_PACKET(second, MaxPerPacketInfo - 1) == NULL);
    CHECK(NDIS_PACKET_FIRST_NDIS_BUFFER(packet) == first && NDIS_PACKET_LAST_NDIS_BUFFER(packet) == last && NDIS_BUFFER_LINKAGE(first) == last);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(second, &address, &total);
    CHECK(address == NULL && total == 0);
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(second, bytes, 7);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(second, &address, &total);
    CHECK(address == bytes && total == 7);
    NDIS_SET_ORIGINAL_PACKET(second, packet);
    CHECK(NDIS_GET_ORIGINAL_PACKET(second) == packet && NdisBufferVirtualAddressSafe(first, NormalPagePriority) == bytes);
    NdisAdjustBufferLength(part, 5);
    CHECK(NdisBufferLength(part) == 5);
    NdisUnchainBufferAtBack(second, &found);
    CHECK(found == part);
    NdisUnchainBufferAtFront(packet, &found);
    CHECK(found == first);
    NdisReinitializePacket(packet);
    NdisQueryPacket(packet, NULL, &count, NULL, &total);
    CHECK(count == 0 && total == 0);
    NdisFreeBuffer(part);
    NdisFreeBuffer(first);
    NdisFreeBuffer(last);
    NdisFreePacket(second);
    NdisFreePacket(packet);
    NdisFreeBufferPool(buffers);
    NdisFreePacketPool(packets);
}

static ULONG TimerCalls, WorkCalls;
static NDIS_EVENT Happened;

static VOID OnTimer(PVOID Specific1, PVOID Context, PVOID Specific2, PVOID Specific3)
{
    UNREFERENCED_PARAMETER(Specific1), UNREFERENCED_PARAMETER(Specific2), UNREFERENCED_PARAMETER(Specific3);
    CHECK(Context == &TimerCalls && KeGetCurrentIrql() == DISPATCH_LEVEL);
    if (++TimerCalls == 3) NdisSetEvent(&Happened);
}

static VOID OnWork(PNDIS_WORK_ITEM Item, PVOID Context)
{
    UNREFERENCED_PARAMETER(Item);
    CHECK(Context == &WorkCalls && KeGetCurrentIrql() == PASSIVE_LEVEL);
    WorkCalls++;
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    /* On a thread of its own it may wait; the rest of the driver goes on. */
    NdisMSleep(1000);
    DbgPrint("work item ran, %d failures\n", Failures);
}

static VOID CheckTime(NDIS_HANDLE Handle)
{
    static NDIS_MINIPORT_TIMER periodic;
    static NDIS_TIMER once;
    static NDIS_WORK_ITEM item;
    LARGE_INTEGER before, after, frequency;
    BOOLEAN cancelled;
    ULONG up;

    NdisInitializeEvent(&Happened);
    CHECK(!NdisWaitEvent(&Happened, 5));
    NdisMInitializeTimer(&periodic, Handle, OnTimer, &TimerCalls);
    NdisMSetPeriodicTimer(&periodic, 5);
    CHECK(NdisWaitEvent(&Happened, 60000));
    NdisMCancelTimer(&periodic, &cancelled);
    CHECK(cancelled);
    NdisResetEvent(&Happened);
    TimerCalls = 2;
    NdisInitializeTimer(&once, OnTimer, &TimerCalls);
    NdisSetTimer(&once, 5);
    CHECK(NdisWaitEvent(&Happened, 60000));
    NdisCancelTimer(&once, &cancelled);
    CHECK(!cancelled);
    NdisMSetTimer(&periodic, 60000);
    NdisMCancelTimer(&periodic, &cancelled);
    CHECK(cancelled);
    NdisInitializeWorkItem(&item, OnWork, &WorkCalls);
    CHECK(NdisScheduleWorkItem(&item) == NDIS_STATUS_SUCCESS);

    before = KeQueryPerformanceCounter(&frequency);
    NdisMSleep(20000);
    after = KeQueryPerformanceCounter(NULL);
    CHECK((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart >= 19);
    before = KeQueryPerformanceCounter(NULL);
    KeStallExecutionProcessor(50);
    after = KeQueryPerformanceCounter(NULL);
    CHECK((after.QuadPart - before.QuadPart) * 1000000 / frequency.QuadPart >= 49);
    NdisGetCurrentSystemTime(&before);
    CHECK(before.QuadPart > 0x01d000000000000LL);
    NdisGetSystemUpTime(&up);
    CHECK(up > 0);
}

static VOID CheckLocks(VOID)
{
    NDIS_SPIN_LOCK lock;
    LIST_ENTRY head, entries[2];
    KIRQL irql;
    LONG number = 1;

    NdisAllocateSpinLock(&lock);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    NdisAcquireSpinLock(&lock);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    NdisReleaseSpinLock(&lock);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    CHECK(irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
    NdisDprAcquireSpinLock(&lock);
    NdisDprReleaseSpinLock(&lock);
    KeLowerIrql(irql);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    InitializeListHead(&head);
    CHECK(NdisInterlockedRemoveHeadList(&head, &lock) == NULL);
    CHECK(NdisInterlockedInsertTailList(&head, &entries[0], &lock) == NULL);
    CHECK(NdisInterlockedInsertHeadList(&head, &entries[1], &lock) == &entries[0]);
    CHECK(NdisInterlockedRemoveHeadList(&head, &lock) == &entries[1]);
    CHECK(RemoveTailList(&head) == &entries[0] && IsListEmpty(&head));
    NdisFreeSpinLock(&lock);
    CHECK(NdisInterlockedIncrement(&number) == 2 && NdisInterlockedDecrement(&number) == 1);
}

static VOID CheckConfiguration(NDIS_HANDLE Configuration)
{
    NDIS_STRING keyword = NDIS_STRING_CONST("Number"), text = NDIS_STRING_CONST("Text"), missing = NDIS_STRING_CONST("Missing"), hello, ansi;
    NDIS_STRING own = NDIS_STRING_CONST("MiniportName");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_CONFIGURATION_PARAMETER written;
    NDIS_STATUS status;
    NDIS_HANDLE handle;
    PVOID address;
    UINT length;
    WCHAR room[8];
    ANSI_STRING narrow;

    NdisOpenConfiguration(&status, &handle, Configuration);
    CHECK(status == NDIS_STATUS_SUCCESS);
    NdisReadConfiguration(&status, &value, handle, &keyword, NdisParameterInteger);
    CHECK(status == NDIS_STATUS_SUCCESS && value->ParameterType == NdisParameterInteger && value->ParameterData.IntegerData == 4711);
    NdisReadConfiguration(&status, &value, handle, &text, NdisParameterString);
    NdisInitUnicodeString(&hello, L"hello");
    CHECK(status == NDIS_STATUS_SUCCESS && NdisEqualString(&value->ParameterData.StringData, &hello, FALSE));
    NdisReadConfiguration(&status, &value, handle, &own, NdisParameterString);
    CHECK(status == NDIS_STATUS_SUCCESS && value->ParameterData.StringData.Length > 16);
    CHECK(NdisEqualMemory(value->ParameterData.StringData.Buffer, L"\\Device\\", 16));
    NdisReadConfiguration(&status, &value, handle, &missing, NdisParameterInteger);
    CHECK(status == NDIS_STATUS_FAILURE && value == NULL);
    written.ParameterType = NdisParameterInteger;
    written.ParameterData.IntegerData = 7;
    NdisWriteConfiguration(&status, handle, &missing, &written);
    NdisReadConfiguration(&status, &value, handle, &missing, NdisParameterInteger);
    CHECK(status == NDIS_STATUS_SUCCESS && value->ParameterData.IntegerData == 7);
    NdisReadNetworkAddress(&status, &address, &length, handle);
    CHECK(status == NDIS_STATUS_SUCCESS && length == 6 && ((PUCHAR)address)[0] == 0x02 && ((PUCHAR)address)[5] == 0x42);
    NdisCloseConfiguration(handle);

    NdisInitializeString(&ansi, "HELLO");
    CHECK(ansi.Length == 10 && NdisEqualString(&ansi, &hello, TRUE) && !NdisEqualString(&ansi, &hello, FALSE));
    NdisFreeString(ansi);
    NdisInitAnsiString(&narrow, "hello");
    ansi.Buffer = room, ansi.Length = 0, ansi.MaximumLength = sizeof room;
    CHECK(NdisAnsiStringToUnicodeString(&ansi, &narrow) == NDIS_STATUS_SUCCESS && NdisEqualString(&ansi, &hello, FALSE));
    ansi.MaximumLength = 4;
    CHECK(NdisAnsiStringToUnicodeString(&ansi, &narrow) == NDIS_STATUS_RESOURCES);
    DbgPrint("formats: %wZ %Z %ws %d %08x %I64x %s %5u|\n", &hello, &narrow, L"wide", -5, 0xbeef, 0x123456789abcLL, "text", 42u);
}

static VOID CheckHardware(NDIS_HANDLE Handle)
{
    PCI_COMMON_CONFIG pci;
    PNDIS_RESOURCE_LIST list = NULL;
    PCM_PARTIAL_RESOURCE_LIST translated = NULL;
    NDIS_PHYSICAL_ADDRESS physical = NDIS_PHYSICAL_ADDRESS_CONST(0, 0);
    UCHAR latency = 32;
    PUCHAR registers;
    USHORT narrow = 0;
    ULONG value;

    CHECK(NdisReadPciSlotInformation(Handle, 0, 0, &pci, sizeof pci) == sizeof pci);
    CHECK(pci.VendorID == 0x10ec && pci.DeviceID == 0x8139 && (pci.Command & PCI_ENABLE_MEMORY_SPACE));
    CHECK(NdisWritePciSlotInformation(Handle, 0, FIELD_OFFSET(PCI_COMMON_CONFIG, LatencyTimer), &latency, 1) == 1);
    CHECK(NdisMPciAssignResources(Handle, 0, &list) == NDIS_STATUS_SUCCESS && list->Count == 3);
    NdisMGetDeviceProperty(Handle, NULL, NULL, NULL, NULL, &translated);
    CHECK(translated == list);
    physical.LowPart = pci.u.type0.BaseAddresses[1] & PCI_ADDRESS_MEMORY_ADDRESS_MASK;
    CHECK(NdisMMapIoSpace((PVOID *)&registers, Handle, physical, 256) == NDIS_STATUS_SUCCESS);
    NdisReadRegisterUlong(registers, &value);
    /* The macro assigns: a target of 16 bits is not overrun. */
    NdisReadRegisterUlong(registers, &narrow);
    CHECK(value != 0xffffffff && narrow == (USHORT)value && READ_REGISTER_USHORT((PUSHORT)registers) == narrow);
    NdisMUnmapIoSpace(Handle, registers, 256);
}

/* A card of 24 address bits, on a machine whose memory is handed out from above them: its buffers bounce. */
static VOID CheckMapRegisters(NDIS_HANDLE Handle)
{
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    NDIS_PHYSICAL_ADDRESS_UNIT units[4];
    NDIS_HANDLE pool;
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;
    PUCHAR bytes;
    UINT count = 0;

    CHECK(NdisMAllocateMapRegisters(Handle, 0, NDIS_DMA_24BITS, 2, 6000) == NDIS_STATUS_SUCCESS);
    CHECK(NdisAllocateMemory((PVOID *)&bytes, 6000, NDIS_MEMORY_CONTIGUOUS, none) == NDIS_STATUS_SUCCESS);
    CHECK(MmGetPhysicalAddress(bytes).QuadPart > 0x00ffffff);
    NdisFillMemory(bytes, 6000, 0x42);
    NdisAllocateBufferPool(&status, &pool, 1);
    NdisAllocateBuffer(&status, &buffer, pool, bytes, 6000);
    NdisMStartBufferPhysicalMapping(Handle, buffer, 0, TRUE, units, &count);
    CHECK(count == 1 && units[0].Length == 6000 && units[0].PhysicalAddress.QuadPart + 5999 <= 0x00ffffff);
    NdisMCompleteBufferPhysicalMapping(Handle, buffer, 0);
    NdisMStartBufferPhysicalMapping(Handle, buffer, 1, FALSE, units, &count);
    CHECK(count == 1);
    NdisMCompleteBufferPhysicalMapping(Handle, buffer, 1);
    NdisFreeBuffer(buffer);
    NdisFreeBufferPool(pool);
    NdisFreeMemory(bytes, 6000, NDIS_MEMORY_CONTIGUOUS);
    NdisMFreeMapRegisters(Handle);
    /* The card itself takes 32 bits. */
    CHECK(NdisMAllocateMapRegisters(Handle, 0, NDIS_DMA_32BITS, 1, 2048) == NDIS_STATUS_SUCCESS);
    NdisMFreeMapRegisters(Handle);
}

static NDIS_STATUS CheckedInitialize(
    PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status = Initialize(Error, Selected, Media, Count, Handle, Configuration);

    if (status != NDIS_STATUS_SUCCESS) return status;
    CheckMemory(Handle);
    CheckPackets();
    CheckTime(Handle);
    CheckLocks();
    CheckConfiguration(Configuration);
    CheckHardware(Handle);
    CheckMapRegisters(Handle);
    DbgPrint("%d checks, %d failures\n", Checks, Failures);
    return status;
}

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
{
    Characteristics->InitializeHandler = CheckedInitialize;
    return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
}
