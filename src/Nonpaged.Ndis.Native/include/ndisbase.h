/* NDIS: status codes, handles, strings, time. */
#ifndef NONPAGED_NDISBASE_H
#define NONPAGED_NDISBASE_H

#include "wdm.h"

NONPAGED_EXTERN_C_BEGIN

typedef PVOID NDIS_HANDLE, *PNDIS_HANDLE;
typedef LONG NDIS_STATUS, *PNDIS_STATUS;
typedef UNICODE_STRING NDIS_STRING, *PNDIS_STRING;
typedef PHYSICAL_ADDRESS NDIS_PHYSICAL_ADDRESS, *PNDIS_PHYSICAL_ADDRESS;

#define NDIS_PHYSICAL_ADDRESS_CONST(low, high) { { (ULONG)(low), (LONG)(high) } }
#define NdisGetPhysicalAddressLow(address) ((address).LowPart)
#define NdisGetPhysicalAddressHigh(address) ((address).HighPart)
#define NdisSetPhysicalAddressLow(address, low) ((address).LowPart = (low))
#define NdisSetPhysicalAddressHigh(address, high) ((address).HighPart = (high))
#define NDIS_STRING_CONST(text) RTL_CONSTANT_STRING(L##text)

#define NDIS_STATUS_SUCCESS ((NDIS_STATUS)0x00000000)
#define NDIS_STATUS_PENDING ((NDIS_STATUS)0x00000103)
#define NDIS_STATUS_NOT_RECOGNIZED ((NDIS_STATUS)0x00010001)
#define NDIS_STATUS_NOT_COPIED ((NDIS_STATUS)0x00010002)
#define NDIS_STATUS_NOT_ACCEPTED ((NDIS_STATUS)0x00010003)
#define NDIS_STATUS_CALL_ACTIVE ((NDIS_STATUS)0x00010007)
#define NDIS_STATUS_ONLINE ((NDIS_STATUS)0x40010003)
#define NDIS_STATUS_RESET_START ((NDIS_STATUS)0x40010004)
#define NDIS_STATUS_RESET_END ((NDIS_STATUS)0x40010005)
#define NDIS_STATUS_RING_STATUS ((NDIS_STATUS)0x40010006)
#define NDIS_STATUS_CLOSED ((NDIS_STATUS)0x40010007)
#define NDIS_STATUS_MEDIA_CONNECT ((NDIS_STATUS)0x4001000B)
#define NDIS_STATUS_MEDIA_DISCONNECT ((NDIS_STATUS)0x4001000C)
#define NDIS_STATUS_MEDIA_BUSY ((NDIS_STATUS)0x40010011)
#define NDIS_STATUS_MEDIA_SPECIFIC_INDICATION ((NDIS_STATUS)0x40010012)
#define NDIS_STATUS_LINK_SPEED_CHANGE ((NDIS_STATUS)0x40010013)
#define NDIS_STATUS_BUFFER_OVERFLOW ((NDIS_STATUS)0x80000005)
#define NDIS_STATUS_NOT_RESETTABLE ((NDIS_STATUS)0x80010001)
#define NDIS_STATUS_SOFT_ERRORS ((NDIS_STATUS)0x80010003)
#define NDIS_STATUS_HARD_ERRORS ((NDIS_STATUS)0x80010004)
#define NDIS_STATUS_FAILURE ((NDIS_STATUS)0xC0000001)
#define NDIS_STATUS_INVALID_PARAMETER ((NDIS_STATUS)0xC000000D)
#define NDIS_STATUS_INVALID_DEVICE_REQUEST ((NDIS_STATUS)0xC0000010)
#define NDIS_STATUS_RESOURCES ((NDIS_STATUS)0xC000009A)
#define NDIS_STATUS_NOT_SUPPORTED ((NDIS_STATUS)0xC00000BB)
#define NDIS_STATUS_CLOSING ((NDIS_STATUS)0xC0010002)
#define NDIS_STATUS_BAD_VERSION ((NDIS_STATUS)0xC0010004)
#define NDIS_STATUS_BAD_CHARACTERISTICS ((NDIS_STATUS)0xC0010005)
#define NDIS_STATUS_ADAPTER_NOT_FOUND ((NDIS_STATUS)0xC0010006)
#define NDIS_STATUS_OPEN_FAILED ((NDIS_STATUS)0xC0010007)
#define NDIS_STATUS_DEVICE_FAILED ((NDIS_STATUS)0xC0010008)
#define NDIS_STATUS_MULTICAST_FULL ((NDIS_STATUS)0xC0010009)
#define NDIS_STATUS_MULTICAST_EXISTS ((NDIS_STATUS)0xC001000A)
#define NDIS_STATUS_MULTICAST_NOT_FOUND ((NDIS_STATUS)0xC001000B)
#define NDIS_STATUS_REQUEST_ABORTED ((NDIS_STATUS)0xC001000C)
#define NDIS_STATUS_RESET_IN_PROGRESS ((NDIS_STATUS)0xC001000D)
#define NDIS_STATUS_CLOSING_INDICATING ((NDIS_STATUS)0xC001000E)
#define NDIS_STATUS_INVALID_PACKET ((NDIS_STATUS)0xC001000F)
#define NDIS_STATUS_OPEN_LIST_FULL ((NDIS_STATUS)0xC0010010)
#define NDIS_STATUS_ADAPTER_NOT_READY ((NDIS_STATUS)0xC0010011)
#define NDIS_STATUS_ADAPTER_NOT_OPEN ((NDIS_STATUS)0xC0010012)
#define NDIS_STATUS_NOT_INDICATING ((NDIS_STATUS)0xC0010013)
#define NDIS_STATUS_INVALID_LENGTH ((NDIS_STATUS)0xC0010014)
#define NDIS_STATUS_INVALID_DATA ((NDIS_STATUS)0xC0010015)
#define NDIS_STATUS_BUFFER_TOO_SHORT ((NDIS_STATUS)0xC0010016)
#define NDIS_STATUS_INVALID_OID ((NDIS_STATUS)0xC0010017)
#define NDIS_STATUS_ADAPTER_REMOVED ((NDIS_STATUS)0xC0010018)
#define NDIS_STATUS_UNSUPPORTED_MEDIA ((NDIS_STATUS)0xC0010019)
#define NDIS_STATUS_GROUP_ADDRESS_IN_USE ((NDIS_STATUS)0xC001001A)
#define NDIS_STATUS_FILE_NOT_FOUND ((NDIS_STATUS)0xC001001B)
#define NDIS_STATUS_ERROR_READING_FILE ((NDIS_STATUS)0xC001001C)
#define NDIS_STATUS_ALREADY_MAPPED ((NDIS_STATUS)0xC001001D)
#define NDIS_STATUS_RESOURCE_CONFLICT ((NDIS_STATUS)0xC001001E)
#define NDIS_STATUS_NO_CABLE ((NDIS_STATUS)0xC001001F)
#define NDIS_STATUS_INVALID_ADDRESS ((NDIS_STATUS)0xC0010022)

typedef enum _NDIS_INTERFACE_TYPE {
    NdisInterfaceInternal = Internal,
    NdisInterfaceIsa = Isa,
    NdisInterfaceEisa = Eisa,
    NdisInterfaceMca = MicroChannel,
    NdisInterfaceTurboChannel = TurboChannel,
    NdisInterfacePci = PCIBus,
    NdisInterfacePcMcia = PCMCIABus,
    NdisInterfaceCBus = CBus,
    NdisInterfaceMPIBus = MPIBus,
    NdisInterfaceMPSABus = MPSABus,
    NdisInterfaceProcessorInternal = ProcessorInternal,
    NdisInterfaceInternalPowerBus = InternalPowerBus,
    NdisInterfacePNPISABus = PNPISABus,
    NdisInterfacePNPBus = PNPBus,
    NdisMaximumInterfaceType
} NDIS_INTERFACE_TYPE, *PNDIS_INTERFACE_TYPE;

typedef enum _NDIS_INTERRUPT_MODE {
    NdisInterruptLevelSensitive = LevelSensitive,
    NdisInterruptLatched = Latched
} NDIS_INTERRUPT_MODE, *PNDIS_INTERRUPT_MODE;

typedef enum _NDIS_PROCESSOR_TYPE {
    NdisProcessorX86,
    NdisProcessorMips,
    NdisProcessorAlpha,
    NdisProcessorPpc,
    NdisProcessorAmd64,
    NdisProcessorIA64
} NDIS_PROCESSOR_TYPE, *PNDIS_PROCESSOR_TYPE;

typedef enum _NDIS_ENVIRONMENT_TYPE {
    NdisEnvironmentWindows,
    NdisEnvironmentWindowsNt
} NDIS_ENVIRONMENT_TYPE, *PNDIS_ENVIRONMENT_TYPE;

/* Strings. */
#define NdisInitUnicodeString(destination, source) RtlInitUnicodeString((destination), (source))
#define NdisInitializeString(destination, source) NonpagedInitializeString((destination), (PCSTR)(source))
#define NdisInitAnsiString(destination, source) RtlInitAnsiString((destination), (source))
#define NdisFreeString(string) NdisFreeMemory((string).Buffer, (string).MaximumLength, 0)
VOID NonpagedInitializeString(PNDIS_STRING Destination, PCSTR Source);
BOOLEAN NdisEqualString(PNDIS_STRING String1, PNDIS_STRING String2, BOOLEAN CaseInsensitive);
NDIS_STATUS NdisAnsiStringToUnicodeString(PUNICODE_STRING DestinationString, PANSI_STRING SourceString);
NDIS_STATUS NdisUnicodeStringToAnsiString(PANSI_STRING DestinationString, PUNICODE_STRING SourceString);

/* Bytes. */
#define NdisMoveMemory(destination, source, length) RtlMoveMemory((destination), (source), (length))
#define NdisZeroMemory(destination, length) RtlZeroMemory((destination), (length))
#define NdisFillMemory(destination, length, fill) RtlFillMemory((destination), (length), (fill))
#define NdisEqualMemory(first, second, length) RtlEqualMemory((first), (second), (length))
#define NdisRetrieveUlong(destination, source) RtlRetrieveUlong((destination), (source))
#define NdisStoreUlong(destination, value) RtlStoreUlong((destination), (value))

/* Time. */
#define NdisGetCurrentSystemTime(time) KeQuerySystemTime(time)
VOID NdisGetSystemUpTime(PULONG SystemUpTime);
VOID NdisStallExecution(UINT MicrosecondsToStall);
VOID NdisMSleep(ULONG MicrosecondsToSleep);

/* Spin locks. */
typedef struct _NDIS_SPIN_LOCK {
    KSPIN_LOCK SpinLock;
    KIRQL OldIrql;
} NDIS_SPIN_LOCK, *PNDIS_SPIN_LOCK;

VOID NdisAllocateSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisFreeSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisDprAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock);
VOID NdisDprReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock);

/* Interlocked operations. */
#define NdisInterlockedIncrement(target) InterlockedIncrement(target)
#define NdisInterlockedDecrement(target) InterlockedDecrement(target)
#define NdisInterlockedAddUlong(target, increment, lock) ((void)(lock), InterlockedExchangeAdd((target), (increment)))
PLIST_ENTRY NdisInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PNDIS_SPIN_LOCK SpinLock);
PLIST_ENTRY NdisInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PNDIS_SPIN_LOCK SpinLock);
PLIST_ENTRY NdisInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PNDIS_SPIN_LOCK SpinLock);

/* Events. */
typedef struct _NDIS_EVENT {
    ULONG_PTR Reserved[3];
} NDIS_EVENT, *PNDIS_EVENT;

VOID NdisInitializeEvent(PNDIS_EVENT Event);
VOID NdisSetEvent(PNDIS_EVENT Event);
VOID NdisResetEvent(PNDIS_EVENT Event);
BOOLEAN NdisWaitEvent(PNDIS_EVENT Event, UINT MillisecondsToWait);

/* Timers. */
typedef VOID (*PNDIS_TIMER_FUNCTION)(PVOID SystemSpecific1, PVOID FunctionContext, PVOID SystemSpecific2, PVOID SystemSpecific3);
typedef VOID NDIS_TIMER_FUNCTION(PVOID SystemSpecific1, PVOID FunctionContext, PVOID SystemSpecific2, PVOID SystemSpecific3);

typedef struct _NDIS_TIMER {
    ULONG_PTR Reserved[20];
} NDIS_TIMER, *PNDIS_TIMER;

typedef struct _NDIS_MINIPORT_TIMER {
    ULONG_PTR Reserved[20];
} NDIS_MINIPORT_TIMER, *PNDIS_MINIPORT_TIMER;

VOID NdisInitializeTimer(PNDIS_TIMER Timer, PNDIS_TIMER_FUNCTION TimerFunction, PVOID FunctionContext);
VOID NdisSetTimer(PNDIS_TIMER Timer, UINT MillisecondsToDelay);
VOID NdisCancelTimer(PNDIS_TIMER Timer, PBOOLEAN TimerCancelled);
VOID NdisMInitializeTimer(
    PNDIS_MINIPORT_TIMER Timer, NDIS_HANDLE MiniportAdapterHandle, PNDIS_TIMER_FUNCTION TimerFunction, PVOID FunctionContext);
VOID NdisMSetTimer(PNDIS_MINIPORT_TIMER Timer, UINT MillisecondsToDelay);
VOID NdisMSetPeriodicTimer(PNDIS_MINIPORT_TIMER Timer, UINT MillisecondPeriod);
VOID NdisMCancelTimer(PNDIS_MINIPORT_TIMER Timer, PBOOLEAN TimerCancelled);

/* Work items. */
struct _NDIS_WORK_ITEM;
typedef VOID (*NDIS_PROC)(struct _NDIS_WORK_ITEM *WorkItem, PVOID Context);

typedef struct _NDIS_WORK_ITEM {
    PVOID Context;
    NDIS_PROC Routine;
    UCHAR WrapperReserved[8 * sizeof(PVOID)];
} NDIS_WORK_ITEM, *PNDIS_WORK_ITEM;

NONPAGED_INLINE VOID NdisInitializeWorkItem(PNDIS_WORK_ITEM WorkItem, NDIS_PROC Routine, PVOID Context)
{
    WorkItem->Routine = Routine;
    WorkItem->Context = Context;
}

NDIS_STATUS NdisScheduleWorkItem(PNDIS_WORK_ITEM WorkItem);

/* Where a function's code lies: all of it is resident. */
#define NDIS_INIT_FUNCTION(function)
#define NDIS_PAGEABLE_FUNCTION(function)
#define NDIS_PAGABLE_FUNCTION(function)

NONPAGED_EXTERN_C_END

#endif
