/* NDIS: what miniports register, call and are called by. */
#ifndef NONPAGED_NDISMINI_H
#define NONPAGED_NDISMINI_H

#include "ndisbase.h"
#include "ntddndis.h"
#include "ndispkt.h"

NONPAGED_EXTERN_C_BEGIN

#if defined(NDIS51_MINIPORT) || defined(NDIS51)
#define NDIS_MINIPORT_MAJOR_VERSION 5
#define NDIS_MINIPORT_MINOR_VERSION 1
#elif defined(NDIS40_MINIPORT) || defined(NDIS40)
#define NDIS_MINIPORT_MAJOR_VERSION 4
#define NDIS_MINIPORT_MINOR_VERSION 0
#else
#define NDIS_MINIPORT_MAJOR_VERSION 5
#define NDIS_MINIPORT_MINOR_VERSION 0
#endif

/* The miniport's functions. */
typedef BOOLEAN (*W_CHECK_FOR_HANG_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID (*W_DISABLE_INTERRUPT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID (*W_ENABLE_INTERRUPT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID (*W_HALT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef VOID (*W_HANDLE_INTERRUPT_HANDLER)(NDIS_HANDLE MiniportAdapterContext);
typedef NDIS_STATUS (*W_INITIALIZE_HANDLER)(
    PNDIS_STATUS OpenErrorStatus, PUINT SelectedMediumIndex, PNDIS_MEDIUM MediumArray, UINT MediumArraySize,
    NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE WrapperConfigurationContext);
typedef VOID (*W_ISR_HANDLER)(
    PBOOLEAN InterruptRecognized, PBOOLEAN QueueMiniportHandleInterrupt, NDIS_HANDLE MiniportAdapterContext);
typedef NDIS_STATUS (*W_QUERY_INFORMATION_HANDLER)(
    NDIS_HANDLE MiniportAdapterContext, NDIS_OID Oid, PVOID InformationBuffer, ULONG InformationBufferLength,
    PULONG BytesWritten, PULONG BytesNeeded);
typedef NDIS_STATUS (*W_RECONFIGURE_HANDLER)(
    PNDIS_STATUS OpenErrorStatus, NDIS_HANDLE MiniportAdapterContext, NDIS_HANDLE WrapperConfigurationContext);
typedef NDIS_STATUS (*W_RESET_HANDLER)(PBOOLEAN AddressingReset, NDIS_HANDLE MiniportAdapterContext);
typedef NDIS_STATUS (*W_SEND_HANDLER)(NDIS_HANDLE MiniportAdapterContext, PNDIS_PACKET Packet, UINT Flags);
typedef NDIS_STATUS (*WM_SEND_HANDLER)(NDIS_HANDLE MiniportAdapterContext, NDIS_HANDLE NdisLinkHandle, PVOID Packet);
typedef NDIS_STATUS (*W_SET_INFORMATION_HANDLER)(
    NDIS_HANDLE MiniportAdapterContext, NDIS_OID Oid, PVOID InformationBuffer, ULONG InformationBufferLength,
    PULONG BytesRead, PULONG BytesNeeded);
typedef NDIS_STATUS (*W_TRANSFER_DATA_HANDLER)(
    PNDIS_PACKET Packet, PUINT BytesTransferred, NDIS_HANDLE MiniportAdapterContext, NDIS_HANDLE MiniportReceiveContext,
    UINT ByteOffset, UINT BytesToTransfer);
typedef NDIS_STATUS (*WM_TRANSFER_DATA_HANDLER)(VOID);
typedef VOID (*W_RETURN_PACKET_HANDLER)(NDIS_HANDLE MiniportAdapterContext, PNDIS_PACKET Packet);
typedef VOID (*W_SEND_PACKETS_HANDLER)(NDIS_HANDLE MiniportAdapterContext, PPNDIS_PACKET PacketArray, UINT NumberOfPackets);
typedef VOID (*W_ALLOCATE_COMPLETE_HANDLER)(
    NDIS_HANDLE MiniportAdapterContext, PVOID VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress, ULONG Length, PVOID Context);
typedef NDIS_STATUS (*W_CO_CREATE_VC_HANDLER)(NDIS_HANDLE MiniportAdapterContext, NDIS_HANDLE NdisVcHandle, PNDIS_HANDLE MiniportVcContext);
typedef NDIS_STATUS (*W_CO_DELETE_VC_HANDLER)(NDIS_HANDLE MiniportVcContext);
typedef NDIS_STATUS (*W_CO_ACTIVATE_VC_HANDLER)(NDIS_HANDLE MiniportVcContext, PVOID CallParameters);
typedef NDIS_STATUS (*W_CO_DEACTIVATE_VC_HANDLER)(NDIS_HANDLE MiniportVcContext);
typedef VOID (*W_CO_SEND_PACKETS_HANDLER)(NDIS_HANDLE MiniportVcContext, PPNDIS_PACKET PacketArray, UINT NumberOfPackets);
typedef NDIS_STATUS (*W_CO_REQUEST_HANDLER)(NDIS_HANDLE MiniportAdapterContext, NDIS_HANDLE MiniportVcContext, PVOID NdisRequest);
typedef VOID (*W_CANCEL_SEND_PACKETS_HANDLER)(NDIS_HANDLE MiniportAdapterContext, PVOID CancelId);

typedef enum _NDIS_DEVICE_PNP_EVENT {
    NdisDevicePnPEventQueryRemoved,
    NdisDevicePnPEventRemoved,
    NdisDevicePnPEventSurpriseRemoved,
    NdisDevicePnPEventQueryStopped,
    NdisDevicePnPEventStopped,
    NdisDevicePnPEventPowerProfileChanged,
    NdisDevicePnPEventMaximum
} NDIS_DEVICE_PNP_EVENT, *PNDIS_DEVICE_PNP_EVENT;

typedef VOID (*W_MINIPORT_PNP_EVENT_NOTIFY_HANDLER)(
    NDIS_HANDLE MiniportAdapterContext, NDIS_DEVICE_PNP_EVENT PnPEvent, PVOID InformationBuffer, ULONG InformationBufferLength);
typedef VOID (*W_MINIPORT_SHUTDOWN_HANDLER)(PVOID ShutdownContext);
typedef W_CANCEL_SEND_PACKETS_HANDLER CANCEL_SEND_PACKETS_HANDLER;
typedef VOID (*ADAPTER_SHUTDOWN_HANDLER)(PVOID ShutdownContext);
typedef BOOLEAN (*PMINIPORT_SYNCHRONIZE)(PVOID SynchronizeContext);

#define NONPAGED_CHARACTERISTICS_3 \
    UCHAR MajorNdisVersion; \
    UCHAR MinorNdisVersion; \
    USHORT Filler; \
    UINT Reserved; \
    W_CHECK_FOR_HANG_HANDLER CheckForHangHandler; \
    W_DISABLE_INTERRUPT_HANDLER DisableInterruptHandler; \
    W_ENABLE_INTERRUPT_HANDLER EnableInterruptHandler; \
    W_HALT_HANDLER HaltHandler; \
    W_HANDLE_INTERRUPT_HANDLER HandleInterruptHandler; \
    W_INITIALIZE_HANDLER InitializeHandler; \
    W_ISR_HANDLER ISRHandler; \
    W_QUERY_INFORMATION_HANDLER QueryInformationHandler; \
    W_RECONFIGURE_HANDLER ReconfigureHandler; \
    W_RESET_HANDLER ResetHandler; \
    __extension__ union { \
        W_SEND_HANDLER SendHandler; \
        WM_SEND_HANDLER WanSendHandler; \
    }; \
    W_SET_INFORMATION_HANDLER SetInformationHandler; \
    __extension__ union { \
        W_TRANSFER_DATA_HANDLER TransferDataHandler; \
        WM_TRANSFER_DATA_HANDLER WanTransferDataHandler; \
    }

#define NONPAGED_CHARACTERISTICS_4 \
    NONPAGED_CHARACTERISTICS_3; \
    W_RETURN_PACKET_HANDLER ReturnPacketHandler; \
    W_SEND_PACKETS_HANDLER SendPacketsHandler; \
    W_ALLOCATE_COMPLETE_HANDLER AllocateCompleteHandler

#define NONPAGED_CHARACTERISTICS_5 \
    NONPAGED_CHARACTERISTICS_4; \
    W_CO_CREATE_VC_HANDLER CoCreateVcHandler; \
    W_CO_DELETE_VC_HANDLER CoDeleteVcHandler; \
    W_CO_ACTIVATE_VC_HANDLER CoActivateVcHandler; \
    W_CO_DEACTIVATE_VC_HANDLER CoDeactivateVcHandler; \
    W_CO_SEND_PACKETS_HANDLER CoSendPacketsHandler; \
    W_CO_REQUEST_HANDLER CoRequestHandler

typedef struct _NDIS30_MINIPORT_CHARACTERISTICS {
    NONPAGED_CHARACTERISTICS_3;
} NDIS30_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS40_MINIPORT_CHARACTERISTICS {
    NONPAGED_CHARACTERISTICS_4;
} NDIS40_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS50_MINIPORT_CHARACTERISTICS {
    NONPAGED_CHARACTERISTICS_5;
} NDIS50_MINIPORT_CHARACTERISTICS;

typedef struct _NDIS51_MINIPORT_CHARACTERISTICS {
    NONPAGED_CHARACTERISTICS_5;
    W_CANCEL_SEND_PACKETS_HANDLER CancelSendPacketsHandler;
    W_MINIPORT_PNP_EVENT_NOTIFY_HANDLER PnPEventNotifyHandler;
    W_MINIPORT_SHUTDOWN_HANDLER AdapterShutdownHandler;
    PVOID Reserved1;
    PVOID Reserved2;
    PVOID Reserved3;
    PVOID Reserved4;
} NDIS51_MINIPORT_CHARACTERISTICS;

#if NDIS_MINIPORT_MAJOR_VERSION == 5 && NDIS_MINIPORT_MINOR_VERSION == 1
typedef NDIS51_MINIPORT_CHARACTERISTICS NDIS_MINIPORT_CHARACTERISTICS;
#elif NDIS_MINIPORT_MAJOR_VERSION == 5
typedef NDIS50_MINIPORT_CHARACTERISTICS NDIS_MINIPORT_CHARACTERISTICS;
#else
typedef NDIS40_MINIPORT_CHARACTERISTICS NDIS_MINIPORT_CHARACTERISTICS;
#endif
typedef NDIS_MINIPORT_CHARACTERISTICS *PNDIS_MINIPORT_CHARACTERISTICS;

/* Wrapper, registration, attributes. */
/* DriverEntry is the driver's own, with parameters of the types that it chose; in C++ its name is C's. */
#ifdef __cplusplus
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
#endif
VOID NonpagedInitializeWrapper(PNDIS_HANDLE NdisWrapperHandle, PVOID SystemSpecific1, PVOID SystemSpecific2, PVOID SystemSpecific3);
#define NdisMInitializeWrapper(handle, first, second, third) NonpagedInitializeWrapper((handle), (PVOID)(first), (PVOID)(second), (PVOID)(third))
#define NdisInitializeWrapper(handle, first, second, third) NonpagedInitializeWrapper((handle), (PVOID)(first), (PVOID)(second), (PVOID)(third))
VOID NdisTerminateWrapper(NDIS_HANDLE NdisWrapperHandle, PVOID SystemSpecific);
NDIS_STATUS NonpagedRegisterMiniport(NDIS_HANDLE NdisWrapperHandle, const void *MiniportCharacteristics, UINT CharacteristicsLength);
#define NdisMRegisterMiniport(handle, characteristics, length) \
    NonpagedRegisterMiniport((handle), (const void *)(characteristics), (length))
VOID NdisMRegisterUnloadHandler(NDIS_HANDLE NdisWrapperHandle, PDRIVER_UNLOAD UnloadHandler);

#define NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT 0x00000001
#define NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT 0x00000002
#define NDIS_ATTRIBUTE_IGNORE_TOKEN_RING_ERRORS 0x00000004
#define NDIS_ATTRIBUTE_BUS_MASTER 0x00000008
#define NDIS_ATTRIBUTE_INTERMEDIATE_DRIVER 0x00000010
#define NDIS_ATTRIBUTE_DESERIALIZE 0x00000020
#define NDIS_ATTRIBUTE_NO_HALT_ON_SUSPEND 0x00000040
#define NDIS_ATTRIBUTE_SURPRISE_REMOVE_OK 0x00000080
#define NDIS_ATTRIBUTE_NOT_CO_NDIS 0x00000100
#define NDIS_ATTRIBUTE_USES_SAFE_BUFFER_APIS 0x00000200
VOID NdisMSetAttributesEx(
    NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportAdapterContext, UINT CheckForHangTimeInSeconds, ULONG AttributeFlags,
    NDIS_INTERFACE_TYPE AdapterType);
VOID NdisMSetAttributes(
    NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportAdapterContext, BOOLEAN BusMaster, NDIS_INTERFACE_TYPE AdapterType);
VOID NdisMRegisterAdapterShutdownHandler(
    NDIS_HANDLE MiniportHandle, PVOID ShutdownContext, ADAPTER_SHUTDOWN_HANDLER ShutdownHandler);
VOID NdisMDeregisterAdapterShutdownHandler(NDIS_HANDLE MiniportHandle);
NDIS_STATUS NdisMRemoveMiniport(NDIS_HANDLE MiniportHandle);

/* Configuration. */
typedef enum _NDIS_PARAMETER_TYPE {
    NdisParameterInteger,
    NdisParameterHexInteger,
    NdisParameterString,
    NdisParameterMultiString,
    NdisParameterBinary
} NDIS_PARAMETER_TYPE, *PNDIS_PARAMETER_TYPE;

typedef struct _BINARY_DATA {
    USHORT Length;
    PVOID Buffer;
} BINARY_DATA;

typedef struct _NDIS_CONFIGURATION_PARAMETER {
    NDIS_PARAMETER_TYPE ParameterType;
    union {
        ULONG IntegerData;
        NDIS_STRING StringData;
        BINARY_DATA BinaryData;
    } ParameterData;
} NDIS_CONFIGURATION_PARAMETER, *PNDIS_CONFIGURATION_PARAMETER;

VOID NdisOpenConfiguration(PNDIS_STATUS Status, PNDIS_HANDLE ConfigurationHandle, NDIS_HANDLE WrapperConfigurationContext);
VOID NdisReadConfiguration(
    PNDIS_STATUS Status, PNDIS_CONFIGURATION_PARAMETER *ParameterValue, NDIS_HANDLE ConfigurationHandle, PNDIS_STRING Keyword,
    NDIS_PARAMETER_TYPE ParameterType);
VOID NdisWriteConfiguration(
    PNDIS_STATUS Status, NDIS_HANDLE ConfigurationHandle, PNDIS_STRING Keyword, PNDIS_CONFIGURATION_PARAMETER ParameterValue);
VOID NdisReadNetworkAddress(
    PNDIS_STATUS Status, PVOID *NetworkAddress, PUINT NetworkAddressLength, NDIS_HANDLE ConfigurationHandle);
VOID NdisCloseConfiguration(NDIS_HANDLE ConfigurationHandle);

/* Resources. */
typedef CM_PARTIAL_RESOURCE_LIST NDIS_RESOURCE_LIST, *PNDIS_RESOURCE_LIST;
VOID NdisMQueryAdapterResources(
    PNDIS_STATUS Status, NDIS_HANDLE WrapperConfigurationContext, PNDIS_RESOURCE_LIST ResourceList, PUINT BufferSize);
NDIS_STATUS NdisMPciAssignResources(NDIS_HANDLE MiniportHandle, ULONG SlotNumber, PNDIS_RESOURCE_LIST *AssignedResources);
VOID NdisMGetDeviceProperty(
    NDIS_HANDLE MiniportAdapterHandle, PDEVICE_OBJECT *PhysicalDeviceObject, PDEVICE_OBJECT *FunctionalDeviceObject,
    PDEVICE_OBJECT *NextDeviceObject, PCM_PARTIAL_RESOURCE_LIST *AllocatedResources,
    PCM_PARTIAL_RESOURCE_LIST *AllocatedResourcesTranslated);
ULONG NdisReadPciSlotInformation(NDIS_HANDLE NdisAdapterHandle, ULONG SlotNumber, ULONG Offset, PVOID Buffer, ULONG Length);
ULONG NdisWritePciSlotInformation(NDIS_HANDLE NdisAdapterHandle, ULONG SlotNumber, ULONG Offset, PVOID Buffer, ULONG Length);
NDIS_STATUS NdisMRegisterIoPortRange(
    PVOID *PortOffset, NDIS_HANDLE MiniportAdapterHandle, UINT InitialPort, UINT NumberOfPorts);
VOID NdisMDeregisterIoPortRange(NDIS_HANDLE MiniportAdapterHandle, UINT InitialPort, UINT NumberOfPorts, PVOID PortOffset);
NDIS_STATUS NdisMMapIoSpace(
    PVOID *VirtualAddress, NDIS_HANDLE MiniportAdapterHandle, NDIS_PHYSICAL_ADDRESS PhysicalAddress, UINT Length);
VOID NdisMUnmapIoSpace(NDIS_HANDLE MiniportAdapterHandle, PVOID VirtualAddress, UINT Length);

/* Ports and registers. Reads assign, so that the target's own type decides how much is written. */
#define NdisRawReadPortUchar(port, data) ((void)(*(data) = NonpagedReadPortUchar((ULONG_PTR)(port))))
#define NdisRawReadPortUshort(port, data) ((void)(*(data) = NonpagedReadPortUshort((ULONG_PTR)(port))))
#define NdisRawReadPortUlong(port, data) ((void)(*(data) = NonpagedReadPortUlong((ULONG_PTR)(port))))
#define NdisRawWritePortUchar(port, data) NonpagedWritePortUchar((ULONG_PTR)(port), (UCHAR)(data))
#define NdisRawWritePortUshort(port, data) NonpagedWritePortUshort((ULONG_PTR)(port), (USHORT)(data))
#define NdisRawWritePortUlong(port, data) NonpagedWritePortUlong((ULONG_PTR)(port), (ULONG)(data))
#define NdisRawReadPortBufferUchar(port, buffer, count) NonpagedReadPortBufferUchar((ULONG_PTR)(port), (PVOID)(buffer), (count))
#define NdisRawReadPortBufferUshort(port, buffer, count) NonpagedReadPortBufferUshort((ULONG_PTR)(port), (PVOID)(buffer), (count))
#define NdisRawReadPortBufferUlong(port, buffer, count) NonpagedReadPortBufferUlong((ULONG_PTR)(port), (PVOID)(buffer), (count))
#define NdisRawWritePortBufferUchar(port, buffer, count) NonpagedWritePortBufferUchar((ULONG_PTR)(port), (const void *)(buffer), (count))
#define NdisRawWritePortBufferUshort(port, buffer, count) NonpagedWritePortBufferUshort((ULONG_PTR)(port), (const void *)(buffer), (count))
#define NdisRawWritePortBufferUlong(port, buffer, count) NonpagedWritePortBufferUlong((ULONG_PTR)(port), (const void *)(buffer), (count))
#define NdisReadRegisterUchar(register, data) ((void)(*(data) = NonpagedReadRegisterUchar((volatile void *)(ULONG_PTR)(register))))
#define NdisReadRegisterUshort(register, data) ((void)(*(data) = NonpagedReadRegisterUshort((volatile void *)(ULONG_PTR)(register))))
#define NdisReadRegisterUlong(register, data) ((void)(*(data) = NonpagedReadRegisterUlong((volatile void *)(ULONG_PTR)(register))))
#define NdisWriteRegisterUchar(register, data) NonpagedWriteRegisterUchar((volatile void *)(ULONG_PTR)(register), (UCHAR)(data))
#define NdisWriteRegisterUshort(register, data) NonpagedWriteRegisterUshort((volatile void *)(ULONG_PTR)(register), (USHORT)(data))
#define NdisWriteRegisterUlong(register, data) NonpagedWriteRegisterUlong((volatile void *)(ULONG_PTR)(register), (ULONG)(data))

/* Interrupts. */
typedef struct _KINTERRUPT *PKINTERRUPT;

/* InterruptObject is not NULL while the interrupt is registered. */
typedef struct _NDIS_MINIPORT_INTERRUPT {
    PKINTERRUPT InterruptObject;
    ULONG_PTR Reserved[19];
} NDIS_MINIPORT_INTERRUPT, *PNDIS_MINIPORT_INTERRUPT;

NDIS_STATUS NdisMRegisterInterrupt(
    PNDIS_MINIPORT_INTERRUPT Interrupt, NDIS_HANDLE MiniportAdapterHandle, UINT InterruptVector, UINT InterruptLevel,
    BOOLEAN RequestIsr, BOOLEAN SharedInterrupt, NDIS_INTERRUPT_MODE InterruptMode);
VOID NdisMDeregisterInterrupt(PNDIS_MINIPORT_INTERRUPT Interrupt);
BOOLEAN NonpagedSynchronizeWithInterrupt(
    PNDIS_MINIPORT_INTERRUPT Interrupt, PMINIPORT_SYNCHRONIZE SynchronizeFunction, PVOID SynchronizeContext);
#define NdisMSynchronizeWithInterrupt(interrupt, function, context) \
    NonpagedSynchronizeWithInterrupt((interrupt), (PMINIPORT_SYNCHRONIZE)(function), (context))

/* DMA. */
#define NDIS_DMA_24BITS ((UCHAR)0)
#define NDIS_DMA_32BITS ((UCHAR)1)
#define NDIS_DMA_64BITS ((UCHAR)2)

typedef struct _NDIS_PHYSICAL_ADDRESS_UNIT {
    NDIS_PHYSICAL_ADDRESS PhysicalAddress;
    UINT Length;
} NDIS_PHYSICAL_ADDRESS_UNIT, *PNDIS_PHYSICAL_ADDRESS_UNIT;

NDIS_STATUS NdisMInitializeScatterGatherDma(NDIS_HANDLE MiniportAdapterHandle, BOOLEAN Dma64BitAddresses, ULONG MaximumPhysicalMapping);
NDIS_STATUS NdisMAllocateMapRegisters(
    NDIS_HANDLE MiniportAdapterHandle, UINT DmaChannel, UCHAR DmaSize, ULONG PhysicalMapRegistersNeeded, ULONG MaximumPhysicalMapping);
VOID NdisMFreeMapRegisters(NDIS_HANDLE MiniportAdapterHandle);
VOID NdisMStartBufferPhysicalMapping(
    NDIS_HANDLE MiniportAdapterHandle, PNDIS_BUFFER Buffer, ULONG PhysicalMapRegister, BOOLEAN WriteToDevice,
    PNDIS_PHYSICAL_ADDRESS_UNIT PhysicalAddressArray, PUINT ArraySize);
VOID NdisMCompleteBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle, PNDIS_BUFFER Buffer, ULONG PhysicalMapRegister);
NDIS_STATUS NdisMAllocateSharedMemoryAsync(NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID Context);
#ifndef NONPAGED_NDISMEM_H
VOID NdisMAllocateSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress);
VOID NdisMFreeSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress);
#endif
/* Coherent memory needs no flush, and any alignment serves. */
#define NdisFlushBuffer(buffer, write) ((void)(buffer), (void)(write))
#define NdisMFlushBuffer(buffer, write) NdisFlushBuffer((buffer), (write))
#define NdisGetCacheFillSize() ((ULONG)64)
#define NdisGetSharedDataAlignment() ((ULONG)64)
#define NdisMGetDmaAlignment(handle) ((void)(handle), (ULONG)64)
#define NdisMUpdateSharedMemory(handle, length, address, physical) \
    ((void)(handle), (void)(length), (void)(address), (void)(physical))

/* Sends, receives, status, requests, reset. */
VOID NdisMSendComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet, NDIS_STATUS Status);
VOID NdisMSendResourcesAvailable(NDIS_HANDLE MiniportAdapterHandle);
VOID NonpagedEthIndicateReceive(
    NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportReceiveContext, PVOID HeaderBuffer, UINT HeaderBufferSize,
    PVOID LookaheadBuffer, UINT LookaheadBufferSize, UINT PacketSize);
#define NdisMEthIndicateReceive(handle, context, header, headerSize, lookahead, lookaheadSize, packetSize) \
    NonpagedEthIndicateReceive( \
        (handle), (NDIS_HANDLE)(context), (PVOID)(header), (headerSize), (PVOID)(lookahead), (lookaheadSize), (packetSize))
VOID NdisMEthIndicateReceiveComplete(NDIS_HANDLE MiniportAdapterHandle);
VOID NdisMIndicateReceivePacket(NDIS_HANDLE MiniportAdapterHandle, PPNDIS_PACKET ReceivePackets, UINT NumberOfPackets);
VOID NdisMTransferDataComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet, NDIS_STATUS Status, UINT BytesTransferred);
VOID NdisMIndicateStatus(NDIS_HANDLE MiniportHandle, NDIS_STATUS GeneralStatus, PVOID StatusBuffer, UINT StatusBufferSize);
VOID NdisMIndicateStatusComplete(NDIS_HANDLE MiniportHandle);
VOID NdisMQueryInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status);
VOID NdisMSetInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status);
VOID NdisMResetComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status, BOOLEAN AddressingReset);

/* A device that programs open, beside the adapters: docs/devices.md. */
NDIS_STATUS NdisMRegisterDevice(
    NDIS_HANDLE NdisWrapperHandle, PNDIS_STRING DeviceName, PNDIS_STRING SymbolicName, PDRIVER_DISPATCH MajorFunctions[],
    PDEVICE_OBJECT *pDeviceObject, NDIS_HANDLE *NdisDeviceHandle);
NDIS_STATUS NdisMDeregisterDevice(NDIS_HANDLE NdisDeviceHandle);

/* The error log. */
typedef ULONG NDIS_ERROR_CODE, *PNDIS_ERROR_CODE;
#define NDIS_ERROR_CODE_RESOURCE_CONFLICT 0xC0001388
#define NDIS_ERROR_CODE_OUT_OF_RESOURCES 0xC0001389
#define NDIS_ERROR_CODE_HARDWARE_FAILURE 0xC000138A
#define NDIS_ERROR_CODE_ADAPTER_NOT_FOUND 0xC000138B
#define NDIS_ERROR_CODE_INTERRUPT_CONNECT 0xC000138C
#define NDIS_ERROR_CODE_DRIVER_FAILURE 0xC000138D
#define NDIS_ERROR_CODE_BAD_VERSION 0xC000138E
#define NDIS_ERROR_CODE_TIMEOUT 0x8000138F
#define NDIS_ERROR_CODE_NETWORK_ADDRESS 0xC0001390
#define NDIS_ERROR_CODE_UNSUPPORTED_CONFIGURATION 0xC0001391
#define NDIS_ERROR_CODE_INVALID_VALUE_FROM_ADAPTER 0xC0001392
#define NDIS_ERROR_CODE_MISSING_CONFIGURATION_PARAMETER 0xC0001393
#define NDIS_ERROR_CODE_BAD_IO_BASE_ADDRESS 0xC0001394
#define NDIS_ERROR_CODE_RECEIVE_SPACE_SMALL 0x40001395
#define NDIS_ERROR_CODE_ADAPTER_DISABLED 0x80001396
VOID NdisWriteErrorLogEntry(NDIS_HANDLE NdisAdapterHandle, NDIS_ERROR_CODE ErrorCode, ULONG NumberOfErrorValues, ...);

#define NdisGetVersion() ((UINT)0x00050001)
#define NdisSystemProcessorCount() ((CCHAR)1)

NONPAGED_EXTERN_C_END

#endif
