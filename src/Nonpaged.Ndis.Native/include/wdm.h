/*
 * The part of the kernel's own interface that network drivers use beside NDIS. Functions live in the program that runs the driver.
 */
#ifndef NONPAGED_WDM_H
#define NONPAGED_WDM_H

#include "ntdef.h"
#include "ntbits.h"
#include "ntprintf.h"

NONPAGED_EXTERN_C_BEGIN

/* Interrupt request levels. */
typedef UCHAR KIRQL, *PKIRQL;
#define PASSIVE_LEVEL 0
#define LOW_LEVEL 0
#define APC_LEVEL 1
#define DISPATCH_LEVEL 2
#define DIRQL 5
#define HIGH_LEVEL 15

KIRQL KeGetCurrentIrql(VOID);
VOID KeRaiseIrql(KIRQL NewIrql, PKIRQL OldIrql);
VOID KeLowerIrql(KIRQL NewIrql);

typedef enum _KINTERRUPT_MODE {
    LevelSensitive,
    Latched
} KINTERRUPT_MODE;

typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;

typedef struct _DRIVER_OBJECT DRIVER_OBJECT, *PDRIVER_OBJECT;
typedef struct _DEVICE_OBJECT DEVICE_OBJECT, *PDEVICE_OBJECT;
typedef struct _IRP IRP, *PIRP;
typedef struct _EPROCESS *PEPROCESS;

/*
 * What DriverEntry and the unload function get. Type, Size, DriverExtension and DriverName are set; DriverUnload, where a driver sets it, runs at the end, unless
 * NdisMRegisterUnloadHandler named another function. A driver that calls IoCreateDevice sets MajorFunction. The rest belongs to a loader, and is zero.
 */
#define IO_TYPE_DRIVER 4
#define IRP_MJ_MAXIMUM_FUNCTION 0x1b

typedef NTSTATUS DRIVER_INITIALIZE(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
typedef DRIVER_INITIALIZE *PDRIVER_INITIALIZE;
typedef VOID DRIVER_UNLOAD(PDRIVER_OBJECT DriverObject);
typedef DRIVER_UNLOAD *PDRIVER_UNLOAD;
typedef NTSTATUS DRIVER_DISPATCH(PDEVICE_OBJECT DeviceObject, PIRP Irp);
typedef DRIVER_DISPATCH *PDRIVER_DISPATCH;
typedef NTSTATUS DRIVER_ADD_DEVICE(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject);
typedef DRIVER_ADD_DEVICE *PDRIVER_ADD_DEVICE;
typedef VOID DRIVER_STARTIO(PDEVICE_OBJECT DeviceObject, PIRP Irp);
typedef DRIVER_STARTIO *PDRIVER_STARTIO;

typedef struct _DRIVER_EXTENSION {
    PDRIVER_OBJECT DriverObject;
    PDRIVER_ADD_DEVICE AddDevice;
    ULONG Count;
    UNICODE_STRING ServiceKeyName;
} DRIVER_EXTENSION, *PDRIVER_EXTENSION;

struct _DRIVER_OBJECT {
    CSHORT Type;
    CSHORT Size;
    PDEVICE_OBJECT DeviceObject;
    ULONG Flags;
    PVOID DriverStart;
    ULONG DriverSize;
    PVOID DriverSection;
    PDRIVER_EXTENSION DriverExtension;
    UNICODE_STRING DriverName;
    PUNICODE_STRING HardwareDatabase;
    PVOID FastIoDispatch;
    PDRIVER_INITIALIZE DriverInit;
    PDRIVER_STARTIO DriverStartIo;
    PDRIVER_UNLOAD DriverUnload;
    PDRIVER_DISPATCH MajorFunction[IRP_MJ_MAXIMUM_FUNCTION + 1];
};

/* A buffer descriptor. Read and change it through the functions of NDIS. */
typedef struct _MDL {
    struct _MDL *Next;
    CSHORT Size;
    CSHORT MdlFlags;
    PEPROCESS Process;
    PVOID MappedSystemVa;
    PVOID StartVa;
    ULONG ByteCount;
    ULONG ByteOffset;
} MDL, *PMDL;

#define MmGetMdlByteCount(mdl) ((mdl)->ByteCount)
#define MmGetMdlByteOffset(mdl) ((mdl)->ByteOffset)
#define MmGetMdlVirtualAddress(mdl) ((PVOID)((PCHAR)(mdl)->StartVa + (mdl)->ByteOffset))
#define MmGetSystemAddressForMdl(mdl) ((mdl)->MappedSystemVa)
#define MmGetSystemAddressForMdlSafe(mdl, priority) ((void)(priority), (mdl)->MappedSystemVa)
PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress);

#define PAGE_SIZE 0x1000
#define PAGE_SHIFT 12
#define BYTE_OFFSET(address) ((ULONG)((ULONG_PTR)(address) & (PAGE_SIZE - 1)))
#define PAGE_ALIGN(address) ((PVOID)((ULONG_PTR)(address) & ~(ULONG_PTR)(PAGE_SIZE - 1)))
#define BYTES_TO_PAGES(size) ((ULONG)(((size) >> PAGE_SHIFT) + (((size) & (PAGE_SIZE - 1)) != 0)))
#define ROUND_TO_PAGES(size) (((ULONG_PTR)(size) + PAGE_SIZE - 1) & ~(ULONG_PTR)(PAGE_SIZE - 1))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, size) \
    ((ULONG)((BYTE_OFFSET(address) + (ULONG_PTR)(size) + PAGE_SIZE - 1) >> PAGE_SHIFT))

typedef enum _MM_PAGE_PRIORITY {
    LowPagePriority = 0,
    NormalPagePriority = 16,
    HighPagePriority = 32
} MM_PAGE_PRIORITY;

/* Debugging. DbgPrint's text goes to the log of the program that runs the driver. It takes Windows' own formats, too: %wZ, %ws, %I64x. */
ULONG DbgPrint(PCSTR Format, ...);
ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
ULONG vDbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, va_list Arguments);
#define DPFLTR_ERROR_LEVEL 0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL 2
#define DPFLTR_INFO_LEVEL 3
#define DPFLTR_MASK 0x80000000
#define DPFLTR_DEFAULT_ID 101
#define DPFLTR_IHVDRIVER_ID 77
#define DPFLTR_IHVNETWORK_ID 81
VOID DbgBreakPoint(VOID);
/* Ends the process; the report names the code. */
DECLSPEC_NORETURN VOID KeBugCheck(ULONG BugCheckCode);
DECLSPEC_NORETURN VOID KeBugCheckEx(
    ULONG BugCheckCode, ULONG_PTR Parameter1, ULONG_PTR Parameter2, ULONG_PTR Parameter3, ULONG_PTR Parameter4);
/* NULL where no function of NDIS or the kernel has that name here. */
PVOID MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName);
/* A driver's functions run one at a time. */
#define KeGetCurrentProcessorNumber() ((ULONG)0)
VOID NonpagedAssertionFailed(PCSTR Expression, PCSTR File, ULONG Line);
#define KdPrint(arguments) DbgPrint arguments
#define KdPrintEx(arguments) DbgPrintEx arguments
#define KdBreakPoint() DbgBreakPoint()
#if defined(DBG) && DBG
#define ASSERT(expression) ((void)((expression) ? 0 : (NonpagedAssertionFailed(#expression, __FILE__, __LINE__), 0)))
#define ASSERTMSG(message, expression) ASSERT(expression)
#else
#define ASSERT(expression) ((void)0)
#define ASSERTMSG(message, expression) ((void)0)
#endif
#ifndef NT_ASSERT
#define NT_ASSERT ASSERT
#endif

/* Types of callbacks that a system calls when it stops. Here it never does, and a driver that looks for the functions that register them finds none. */
typedef enum _KBUGCHECK_CALLBACK_REASON {
    KbCallbackInvalid,
    KbCallbackReserved1,
    KbCallbackSecondaryDumpData,
    KbCallbackDumpIo
} KBUGCHECK_CALLBACK_REASON;

typedef struct _KBUGCHECK_REASON_CALLBACK_RECORD *PKBUGCHECK_REASON_CALLBACK_RECORD;
typedef VOID KBUGCHECK_REASON_CALLBACK_ROUTINE(
    KBUGCHECK_CALLBACK_REASON Reason, PKBUGCHECK_REASON_CALLBACK_RECORD Record, PVOID ReasonSpecificData, ULONG ReasonSpecificDataLength);
typedef KBUGCHECK_REASON_CALLBACK_ROUTINE *PKBUGCHECK_REASON_CALLBACK_ROUTINE;

typedef struct _KBUGCHECK_REASON_CALLBACK_RECORD {
    LIST_ENTRY Entry;
    PKBUGCHECK_REASON_CALLBACK_ROUTINE CallbackRoutine;
    PUCHAR Component;
    ULONG_PTR Checksum;
    KBUGCHECK_CALLBACK_REASON Reason;
    UCHAR State;
} KBUGCHECK_REASON_CALLBACK_RECORD;

typedef struct _KBUGCHECK_SECONDARY_DUMP_DATA {
    PVOID InBuffer;
    ULONG InBufferLength;
    ULONG MaximumAllowed;
    GUID Guid;
    PVOID OutBuffer;
    ULONG OutBufferLength;
} KBUGCHECK_SECONDARY_DUMP_DATA, *PKBUGCHECK_SECONDARY_DUMP_DATA;

#define KeInitializeCallbackRecord(record) ((record)->State = 0)

/* Bytes. */
#define RtlCopyMemory(destination, source, length) ((void)memcpy((destination), (source), (length)))
#define RtlMoveMemory(destination, source, length) ((void)memmove((destination), (source), (length)))
#define RtlZeroMemory(destination, length) ((void)memset((destination), 0, (length)))
#define RtlFillMemory(destination, length, fill) ((void)memset((destination), (fill), (length)))
#define RtlEqualMemory(first, second, length) (memcmp((first), (second), (length)) == 0)
#define RtlCompareMemory(first, second, length) NonpagedCompareMemory((first), (second), (length))
#define RtlRetrieveUlong(destination, source) ((void)memcpy((destination), (source), sizeof(ULONG)))
#define RtlStoreUlong(destination, value) do { ULONG NonpagedValue = (value); memcpy((destination), &NonpagedValue, sizeof(ULONG)); } while (0)
#define RtlRetrieveUshort(destination, source) ((void)memcpy((destination), (source), sizeof(USHORT)))
#define RtlStoreUshort(destination, value) do { USHORT NonpagedValue = (value); memcpy((destination), &NonpagedValue, sizeof(USHORT)); } while (0)
#define RtlUshortByteSwap(value) __builtin_bswap16(value)
#define RtlUlongByteSwap(value) __builtin_bswap32(value)
#define RtlUlonglongByteSwap(value) __builtin_bswap64(value)

/* How many bytes are equal before the first that differs. */
NONPAGED_INLINE SIZE_T NonpagedCompareMemory(const void *First, const void *Second, SIZE_T Length)
{
    SIZE_T equal = 0;
    while (equal < Length && ((const UCHAR *)First)[equal] == ((const UCHAR *)Second)[equal]) equal++;
    return equal;
}

NONPAGED_INLINE VOID RtlInitUnicodeString(PUNICODE_STRING Destination, PCWSTR Source)
{
    USHORT length = 0;
    while (Source != NULL && Source[length / sizeof(WCHAR)] != 0) length = (USHORT)(length + sizeof(WCHAR));
    Destination->Length = length;
    Destination->MaximumLength = (USHORT)(Source == NULL ? 0 : length + sizeof(WCHAR));
    Destination->Buffer = (PWSTR)(ULONG_PTR)Source;
}

NONPAGED_INLINE VOID RtlInitAnsiString(PANSI_STRING Destination, PCSTR Source)
{
    Destination->Length = (USHORT)(Source == NULL ? 0 : strlen(Source));
    Destination->MaximumLength = (USHORT)(Source == NULL ? 0 : Destination->Length + 1);
    Destination->Buffer = (PCHAR)(ULONG_PTR)Source;
}

/* Doubly linked lists. */
NONPAGED_INLINE VOID InitializeListHead(PLIST_ENTRY Head)
{
    Head->Flink = Head->Blink = Head;
}

#define IsListEmpty(head) ((head)->Flink == (head))

NONPAGED_INLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
    Entry->Blink->Flink = Entry->Flink;
    Entry->Flink->Blink = Entry->Blink;
    return Entry->Flink == Entry->Blink;
}

NONPAGED_INLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY Head)
{
    PLIST_ENTRY entry = Head->Flink;
    RemoveEntryList(entry);
    return entry;
}

NONPAGED_INLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY Head)
{
    PLIST_ENTRY entry = Head->Blink;
    RemoveEntryList(entry);
    return entry;
}

NONPAGED_INLINE VOID InsertHeadList(PLIST_ENTRY Head, PLIST_ENTRY Entry)
{
    Entry->Flink = Head->Flink;
    Entry->Blink = Head;
    Head->Flink->Blink = Entry;
    Head->Flink = Entry;
}

NONPAGED_INLINE VOID InsertTailList(PLIST_ENTRY Head, PLIST_ENTRY Entry)
{
    Entry->Flink = Head;
    Entry->Blink = Head->Blink;
    Head->Blink->Flink = Entry;
    Head->Blink = Entry;
}

NONPAGED_INLINE PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY Head)
{
    PSINGLE_LIST_ENTRY entry = Head->Next;
    if (entry != NULL) Head->Next = entry->Next;
    return entry;
}

NONPAGED_INLINE VOID PushEntryList(PSINGLE_LIST_ENTRY Head, PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = Head->Next;
    Head->Next = Entry;
}

/* Interlocked operations. */
#define InterlockedIncrement(target) __sync_add_and_fetch((target), 1)
#define InterlockedDecrement(target) __sync_sub_and_fetch((target), 1)
#define InterlockedExchangeAdd(target, value) __sync_fetch_and_add((target), (value))
#define InterlockedExchange(target, value) __atomic_exchange_n((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedExchangePointer(target, value) __atomic_exchange_n((target), (value), __ATOMIC_SEQ_CST)
#define InterlockedCompareExchange(target, value, comparand) __sync_val_compare_and_swap((target), (comparand), (value))
#define InterlockedCompareExchangePointer(target, value, comparand) __sync_val_compare_and_swap((target), (comparand), (value))
#define InterlockedOr(target, value) __sync_fetch_and_or((target), (value))
#define InterlockedAnd(target, value) __sync_fetch_and_and((target), (value))
#define InterlockedXor(target, value) __sync_fetch_and_xor((target), (value))
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedOr InterlockedOr
#define _InterlockedAnd InterlockedAnd
#define _InterlockedXor InterlockedXor
#define KeMemoryBarrier() __sync_synchronize()
#define MemoryBarrier() __sync_synchronize()
#define KeMemoryBarrierWithoutFence() __asm__ __volatile__("" ::: "memory")
#define _ReadWriteBarrier() KeMemoryBarrierWithoutFence()
#define YieldProcessor() __asm__ __volatile__("pause" ::: "memory")

/* Time. */
LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency);
VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
VOID KeStallExecutionProcessor(ULONG MicroSeconds);
VOID KeFlushQueuedDpcs(VOID);

/* Registers and ports, as NDIS has mapped or registered them. */
UCHAR NonpagedReadRegisterUchar(const volatile void *Register);
USHORT NonpagedReadRegisterUshort(const volatile void *Register);
ULONG NonpagedReadRegisterUlong(const volatile void *Register);
VOID NonpagedWriteRegisterUchar(volatile void *Register, UCHAR Value);
VOID NonpagedWriteRegisterUshort(volatile void *Register, USHORT Value);
VOID NonpagedWriteRegisterUlong(volatile void *Register, ULONG Value);
UCHAR NonpagedReadPortUchar(ULONG_PTR Port);
USHORT NonpagedReadPortUshort(ULONG_PTR Port);
ULONG NonpagedReadPortUlong(ULONG_PTR Port);
VOID NonpagedWritePortUchar(ULONG_PTR Port, UCHAR Value);
VOID NonpagedWritePortUshort(ULONG_PTR Port, USHORT Value);
VOID NonpagedWritePortUlong(ULONG_PTR Port, ULONG Value);
VOID NonpagedReadPortBufferUchar(ULONG_PTR Port, PVOID Buffer, ULONG Count);
VOID NonpagedReadPortBufferUshort(ULONG_PTR Port, PVOID Buffer, ULONG Count);
VOID NonpagedReadPortBufferUlong(ULONG_PTR Port, PVOID Buffer, ULONG Count);
VOID NonpagedWritePortBufferUchar(ULONG_PTR Port, const void *Buffer, ULONG Count);
VOID NonpagedWritePortBufferUshort(ULONG_PTR Port, const void *Buffer, ULONG Count);
VOID NonpagedWritePortBufferUlong(ULONG_PTR Port, const void *Buffer, ULONG Count);

#define READ_REGISTER_UCHAR(register) NonpagedReadRegisterUchar((volatile void *)(ULONG_PTR)(register))
#define READ_REGISTER_USHORT(register) NonpagedReadRegisterUshort((volatile void *)(ULONG_PTR)(register))
#define READ_REGISTER_ULONG(register) NonpagedReadRegisterUlong((volatile void *)(ULONG_PTR)(register))
#define WRITE_REGISTER_UCHAR(register, value) NonpagedWriteRegisterUchar((volatile void *)(ULONG_PTR)(register), (value))
#define WRITE_REGISTER_USHORT(register, value) NonpagedWriteRegisterUshort((volatile void *)(ULONG_PTR)(register), (value))
#define WRITE_REGISTER_ULONG(register, value) NonpagedWriteRegisterUlong((volatile void *)(ULONG_PTR)(register), (value))
#define READ_PORT_UCHAR(port) NonpagedReadPortUchar((ULONG_PTR)(port))
#define READ_PORT_USHORT(port) NonpagedReadPortUshort((ULONG_PTR)(port))
#define READ_PORT_ULONG(port) NonpagedReadPortUlong((ULONG_PTR)(port))
#define WRITE_PORT_UCHAR(port, value) NonpagedWritePortUchar((ULONG_PTR)(port), (value))
#define WRITE_PORT_USHORT(port, value) NonpagedWritePortUshort((ULONG_PTR)(port), (value))
#define WRITE_PORT_ULONG(port, value) NonpagedWritePortUlong((ULONG_PTR)(port), (value))

/* Resources that plug and play assigned. */
typedef enum _INTERFACE_TYPE {
    InterfaceTypeUndefined = -1,
    Internal,
    Isa,
    Eisa,
    MicroChannel,
    TurboChannel,
    PCIBus,
    VMEBus,
    NuBus,
    PCMCIABus,
    CBus,
    MPIBus,
    MPSABus,
    ProcessorInternal,
    InternalPowerBus,
    PNPISABus,
    PNPBus,
    MaximumInterfaceType
} INTERFACE_TYPE, *PINTERFACE_TYPE;

#define CmResourceTypeNull 0
#define CmResourceTypePort 1
#define CmResourceTypeInterrupt 2
#define CmResourceTypeMemory 3
#define CmResourceTypeDma 4
#define CmResourceTypeDeviceSpecific 5
#define CmResourceTypeBusNumber 6

typedef enum _CM_SHARE_DISPOSITION {
    CmResourceShareUndetermined,
    CmResourceShareDeviceExclusive,
    CmResourceShareDriverExclusive,
    CmResourceShareShared
} CM_SHARE_DISPOSITION;

#define CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE 0
#define CM_RESOURCE_INTERRUPT_LATCHED 1
#define CM_RESOURCE_INTERRUPT_MESSAGE 2
#define CM_RESOURCE_MEMORY_READ_WRITE 0x0000
#define CM_RESOURCE_PORT_MEMORY 0x0000
#define CM_RESOURCE_PORT_IO 0x0001

#pragma pack(push, 4)
typedef struct _CM_PARTIAL_RESOURCE_DESCRIPTOR {
    UCHAR Type;
    UCHAR ShareDisposition;
    USHORT Flags;
    union {
        struct {
            PHYSICAL_ADDRESS Start;
            ULONG Length;
        } Generic;
        struct {
            PHYSICAL_ADDRESS Start;
            ULONG Length;
        } Port;
        struct {
            ULONG Level;
            ULONG Vector;
            KAFFINITY Affinity;
        } Interrupt;
        struct {
            PHYSICAL_ADDRESS Start;
            ULONG Length;
        } Memory;
        struct {
            ULONG Channel;
            ULONG Port;
            ULONG Reserved1;
        } Dma;
        struct {
            ULONG Data[3];
        } DevicePrivate;
        struct {
            ULONG Start;
            ULONG Length;
            ULONG Reserved;
        } BusNumber;
        struct {
            ULONG DataSize;
            ULONG Reserved1;
            ULONG Reserved2;
        } DeviceSpecificData;
    } u;
} CM_PARTIAL_RESOURCE_DESCRIPTOR, *PCM_PARTIAL_RESOURCE_DESCRIPTOR;

typedef struct _CM_PARTIAL_RESOURCE_LIST {
    USHORT Version;
    USHORT Revision;
    ULONG Count;
    CM_PARTIAL_RESOURCE_DESCRIPTOR PartialDescriptors[1];
} CM_PARTIAL_RESOURCE_LIST, *PCM_PARTIAL_RESOURCE_LIST;
#pragma pack(pop)

/* PCI configuration space (PCI Local Bus 3.0, 6.1). */
#define PCI_TYPE0_ADDRESSES 6
#define PCI_TYPE1_ADDRESSES 2
#define PCI_TYPE2_ADDRESSES 5

typedef struct _PCI_SLOT_NUMBER {
    union {
        struct {
            ULONG DeviceNumber : 5;
            ULONG FunctionNumber : 3;
            ULONG Reserved : 24;
        } bits;
        ULONG AsULONG;
    } u;
} PCI_SLOT_NUMBER, *PPCI_SLOT_NUMBER;

#define NONPAGED_PCI_HEADER \
    USHORT VendorID; \
    USHORT DeviceID; \
    USHORT Command; \
    USHORT Status; \
    UCHAR RevisionID; \
    UCHAR ProgIf; \
    UCHAR SubClass; \
    UCHAR BaseClass; \
    UCHAR CacheLineSize; \
    UCHAR LatencyTimer; \
    UCHAR HeaderType; \
    UCHAR BIST; \
    union { \
        struct { \
            ULONG BaseAddresses[PCI_TYPE0_ADDRESSES]; \
            ULONG CIS; \
            USHORT SubVendorID; \
            USHORT SubSystemID; \
            ULONG ROMBaseAddress; \
            UCHAR CapabilitiesPtr; \
            UCHAR Reserved1[3]; \
            ULONG Reserved2; \
            UCHAR InterruptLine; \
            UCHAR InterruptPin; \
            UCHAR MinimumGrant; \
            UCHAR MaximumLatency; \
        } type0; \
        struct { \
            ULONG BaseAddresses[PCI_TYPE1_ADDRESSES]; \
            UCHAR PrimaryBus; \
            UCHAR SecondaryBus; \
            UCHAR SubordinateBus; \
            UCHAR SecondaryLatency; \
            UCHAR IOBase; \
            UCHAR IOLimit; \
            USHORT SecondaryStatus; \
            USHORT MemoryBase; \
            USHORT MemoryLimit; \
            USHORT PrefetchBase; \
            USHORT PrefetchLimit; \
            ULONG PrefetchBaseUpper32; \
            ULONG PrefetchLimitUpper32; \
            USHORT IOBaseUpper16; \
            USHORT IOLimitUpper16; \
            UCHAR CapabilitiesPtr; \
            UCHAR Reserved1[3]; \
            ULONG ROMBaseAddress; \
            UCHAR InterruptLine; \
            UCHAR InterruptPin; \
            USHORT BridgeControl; \
        } type1; \
        struct { \
            ULONG SocketRegistersBaseAddress; \
            UCHAR CapabilitiesPtr; \
            UCHAR Reserved; \
            USHORT SecondaryStatus; \
            UCHAR PrimaryBus; \
            UCHAR SecondaryBus; \
            UCHAR SubordinateBus; \
            UCHAR SecondaryLatency; \
            struct { \
                ULONG Base; \
                ULONG Limit; \
            } Range[PCI_TYPE2_ADDRESSES - 1]; \
            UCHAR InterruptLine; \
            UCHAR InterruptPin; \
            USHORT BridgeControl; \
        } type2; \
    } u

typedef struct _PCI_COMMON_HEADER {
    NONPAGED_PCI_HEADER;
} PCI_COMMON_HEADER, *PPCI_COMMON_HEADER;

typedef struct _PCI_COMMON_CONFIG {
    NONPAGED_PCI_HEADER;
    UCHAR DeviceSpecific[192];
} PCI_COMMON_CONFIG, *PPCI_COMMON_CONFIG;

#define PCI_COMMON_HDR_LENGTH (FIELD_OFFSET(PCI_COMMON_CONFIG, DeviceSpecific))
#define PCI_MAX_DEVICES 32
#define PCI_MAX_FUNCTION 8
#define PCI_INVALID_VENDORID 0xFFFF
#define PCI_ENABLE_IO_SPACE 0x0001
#define PCI_ENABLE_MEMORY_SPACE 0x0002
#define PCI_ENABLE_BUS_MASTER 0x0004
#define PCI_ENABLE_SPECIAL_CYCLES 0x0008
#define PCI_ENABLE_WRITE_AND_INVALIDATE 0x0010
#define PCI_ENABLE_VGA_COMPATIBLE_PALETTE 0x0020
#define PCI_ENABLE_PARITY 0x0040
#define PCI_ENABLE_WAIT_CYCLE 0x0080
#define PCI_ENABLE_SERR 0x0100
#define PCI_ENABLE_FAST_BACK_TO_BACK 0x0200
#define PCI_DISABLE_LEVEL_INTERRUPT 0x0400
#define PCI_STATUS_CAPABILITIES_LIST 0x0010
#define PCI_STATUS_66MHZ_CAPABLE 0x0020
#define PCI_STATUS_FAST_BACK_TO_BACK 0x0080
#define PCI_STATUS_DATA_PARITY_DETECTED 0x0100
#define PCI_STATUS_DEVSEL 0x0600
#define PCI_STATUS_SIGNALED_TARGET_ABORT 0x0800
#define PCI_STATUS_RECEIVED_TARGET_ABORT 0x1000
#define PCI_STATUS_RECEIVED_MASTER_ABORT 0x2000
#define PCI_STATUS_SIGNALED_SYSTEM_ERROR 0x4000
#define PCI_STATUS_DETECTED_PARITY_ERROR 0x8000
#define PCI_MULTIFUNCTION 0x80
#define PCI_DEVICE_TYPE 0x00
#define PCI_BRIDGE_TYPE 0x01
#define PCI_CARDBUS_BRIDGE_TYPE 0x02
#define PCI_CLASS_NETWORK_CTLR 0x02
#define PCI_SUBCLASS_NET_ETHERNET_CTLR 0x00
#define PCI_WHICHSPACE_CONFIG 0
#define PCI_ROMADDRESS_ENABLED 0x00000001
#define PCI_ADDRESS_ROM_ADDRESS_MASK 0xfffff800
#define PCI_ADDRESS_MEMORY_PREFETCHABLE 0x00000008
#define PCI_TYPE_32BIT 0
#define PCI_TYPE_20BIT 2
#define PCI_TYPE_64BIT 4
#define PCI_ADDRESS_IO_SPACE 0x00000001
#define PCI_ADDRESS_MEMORY_TYPE_MASK 0x00000006
#define PCI_ADDRESS_IO_ADDRESS_MASK 0xfffffffc
#define PCI_ADDRESS_MEMORY_ADDRESS_MASK 0xfffffff0

#define PCI_CAPABILITY_ID_POWER_MANAGEMENT 0x01
#define PCI_CAPABILITY_ID_AGP 0x02
#define PCI_CAPABILITY_ID_VPD 0x03
#define PCI_CAPABILITY_ID_MSI 0x05
#define PCI_CAPABILITY_ID_PCIX 0x07
#define PCI_CAPABILITY_ID_VENDOR_SPECIFIC 0x09
#define PCI_CAPABILITY_ID_PCI_EXPRESS 0x10
#define PCI_CAPABILITY_ID_MSIX 0x11

typedef struct _PCI_CAPABILITIES_HEADER {
    UCHAR CapabilityID;
    UCHAR Next;
} PCI_CAPABILITIES_HEADER, *PPCI_CAPABILITIES_HEADER;

/* Where a packet's bytes are for a device. */
typedef struct _SCATTER_GATHER_ELEMENT {
    PHYSICAL_ADDRESS Address;
    ULONG Length;
    ULONG_PTR Reserved;
} SCATTER_GATHER_ELEMENT, *PSCATTER_GATHER_ELEMENT;

typedef struct _SCATTER_GATHER_LIST {
    ULONG NumberOfElements;
    ULONG_PTR Reserved;
    SCATTER_GATHER_ELEMENT Elements[1];
} SCATTER_GATHER_LIST, *PSCATTER_GATHER_LIST;

NONPAGED_EXTERN_C_END

#include "ntke.h"
#include "ntio.h"
#include "ntps.h"
#include "nttime.h"
#include "ntwide.h"
#include "ntzw.h"

#endif
