/* NDIS: what protocols and intermediate drivers register, call and are called by. */
#ifndef NONPAGED_NDISPROT_H
#define NONPAGED_NDISPROT_H

#include "ndismini.h"

NONPAGED_EXTERN_C_BEGIN

#if defined(NDIS51)
#define NDIS_PROTOCOL_MAJOR_VERSION 5
#define NDIS_PROTOCOL_MINOR_VERSION 1
#elif defined(NDIS40)
#define NDIS_PROTOCOL_MAJOR_VERSION 4
#define NDIS_PROTOCOL_MINOR_VERSION 0
#elif defined(NDIS30)
#define NDIS_PROTOCOL_MAJOR_VERSION 3
#define NDIS_PROTOCOL_MINOR_VERSION 0
#else
#define NDIS_PROTOCOL_MAJOR_VERSION 5
#define NDIS_PROTOCOL_MINOR_VERSION 0
#endif

/* Power and plug and play. */
typedef enum _NET_PNP_EVENT_CODE {
    NetEventSetPower,
    NetEventQueryPower,
    NetEventQueryRemoveDevice,
    NetEventCancelRemoveDevice,
    NetEventReconfigure,
    NetEventBindList,
    NetEventBindsComplete,
    NetEventPnPCapabilities,
    NetEventMaximum
} NET_PNP_EVENT_CODE, *PNET_PNP_EVENT_CODE;

typedef struct _NET_PNP_EVENT {
    NET_PNP_EVENT_CODE NetEvent;
    PVOID Buffer;
    ULONG BufferLength;
    ULONG_PTR NdisReserved[4];
    ULONG_PTR TransportReserved[4];
    ULONG_PTR TdiReserved[4];
    ULONG_PTR TdiClientReserved[4];
} NET_PNP_EVENT, *PNET_PNP_EVENT;

/* A request: a query or a set of an OID. It stays in place until it is complete. */
typedef enum _NDIS_REQUEST_TYPE {
    NdisRequestQueryInformation,
    NdisRequestSetInformation,
    NdisRequestQueryStatistics,
    NdisRequestOpen,
    NdisRequestClose,
    NdisRequestSend,
    NdisRequestTransferData,
    NdisRequestReset,
    NdisRequestGeneric1,
    NdisRequestGeneric2,
    NdisRequestGeneric3,
    NdisRequestGeneric4
} NDIS_REQUEST_TYPE, *PNDIS_REQUEST_TYPE;

typedef struct _NDIS_REQUEST {
    UCHAR MacReserved[4 * sizeof(PVOID)];
    NDIS_REQUEST_TYPE RequestType;
    union _DATA {
        struct _QUERY_INFORMATION {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesWritten;
            UINT BytesNeeded;
        } QUERY_INFORMATION;
        struct _SET_INFORMATION {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesRead;
            UINT BytesNeeded;
        } SET_INFORMATION;
    } DATA;
    UCHAR NdisReserved[9 * sizeof(PVOID)];
    __extension__ union {
        UCHAR CallMgrReserved[2 * sizeof(PVOID)];
        UCHAR ProtocolReserved[2 * sizeof(PVOID)];
    };
    UCHAR MiniportReserved[2 * sizeof(PVOID)];
} NDIS_REQUEST, *PNDIS_REQUEST;

/* The protocol's functions. */
typedef VOID (*OPEN_ADAPTER_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status, NDIS_STATUS OpenErrorStatus);
typedef VOID (*CLOSE_ADAPTER_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status);
typedef VOID (*RESET_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status);
typedef VOID (*REQUEST_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PNDIS_REQUEST NdisRequest, NDIS_STATUS Status);
typedef VOID (*STATUS_HANDLER)(
    NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS GeneralStatus, PVOID StatusBuffer, UINT StatusBufferSize);
typedef VOID (*STATUS_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext);
typedef VOID (*SEND_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet, NDIS_STATUS Status);
typedef VOID (*WAN_SEND_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PVOID Packet, NDIS_STATUS Status);
typedef VOID (*TRANSFER_DATA_COMPLETE_HANDLER)(
    NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet, NDIS_STATUS Status, UINT BytesTransferred);
typedef VOID (*WAN_TRANSFER_DATA_COMPLETE_HANDLER)(VOID);
typedef NDIS_STATUS (*RECEIVE_HANDLER)(
    NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE MacReceiveContext, PVOID HeaderBuffer, UINT HeaderBufferSize,
    PVOID LookAheadBuffer, UINT LookaheadBufferSize, UINT PacketSize);
typedef NDIS_STATUS (*WAN_RECEIVE_HANDLER)(NDIS_HANDLE NdisLinkHandle, PUCHAR Packet, ULONG PacketSize);
typedef VOID (*RECEIVE_COMPLETE_HANDLER)(NDIS_HANDLE ProtocolBindingContext);
typedef INT (*RECEIVE_PACKET_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet);
typedef VOID (*BIND_HANDLER)(
    PNDIS_STATUS Status, NDIS_HANDLE BindContext, PNDIS_STRING DeviceName, PVOID SystemSpecific1, PVOID SystemSpecific2);
typedef VOID (*UNBIND_HANDLER)(PNDIS_STATUS Status, NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE UnbindContext);
typedef NDIS_STATUS (*PNP_EVENT_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PNET_PNP_EVENT NetPnPEvent);
typedef VOID (*UNLOAD_PROTOCOL_HANDLER)(VOID);
typedef VOID (*CO_SEND_COMPLETE_HANDLER)(NDIS_STATUS Status, NDIS_HANDLE ProtocolVcContext, PNDIS_PACKET Packet);
typedef VOID (*CO_STATUS_HANDLER)(
    NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE ProtocolVcContext, NDIS_STATUS GeneralStatus, PVOID StatusBuffer,
    UINT StatusBufferSize);
typedef UINT (*CO_RECEIVE_PACKET_HANDLER)(NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE ProtocolVcContext, PNDIS_PACKET Packet);
typedef VOID (*CO_AF_REGISTER_NOTIFY_HANDLER)(NDIS_HANDLE ProtocolBindingContext, PVOID AddressFamily);

#define NONPAGED_PROTOCOL_3 \
    UCHAR MajorNdisVersion; \
    UCHAR MinorNdisVersion; \
    USHORT Filler; \
    __extension__ union { \
        UINT Reserved; \
        UINT Flags; \
    }; \
    OPEN_ADAPTER_COMPLETE_HANDLER OpenAdapterCompleteHandler; \
    CLOSE_ADAPTER_COMPLETE_HANDLER CloseAdapterCompleteHandler; \
    __extension__ union { \
        SEND_COMPLETE_HANDLER SendCompleteHandler; \
        WAN_SEND_COMPLETE_HANDLER WanSendCompleteHandler; \
    }; \
    __extension__ union { \
        TRANSFER_DATA_COMPLETE_HANDLER TransferDataCompleteHandler; \
        WAN_TRANSFER_DATA_COMPLETE_HANDLER WanTransferDataCompleteHandler; \
    }; \
    RESET_COMPLETE_HANDLER ResetCompleteHandler; \
    REQUEST_COMPLETE_HANDLER RequestCompleteHandler; \
    __extension__ union { \
        RECEIVE_HANDLER ReceiveHandler; \
        WAN_RECEIVE_HANDLER WanReceiveHandler; \
    }; \
    RECEIVE_COMPLETE_HANDLER ReceiveCompleteHandler; \
    STATUS_HANDLER StatusHandler; \
    STATUS_COMPLETE_HANDLER StatusCompleteHandler; \
    NDIS_STRING Name

#define NONPAGED_PROTOCOL_4 \
    NONPAGED_PROTOCOL_3; \
    RECEIVE_PACKET_HANDLER ReceivePacketHandler; \
    BIND_HANDLER BindAdapterHandler; \
    UNBIND_HANDLER UnbindAdapterHandler; \
    PNP_EVENT_HANDLER PnPEventHandler; \
    UNLOAD_PROTOCOL_HANDLER UnloadHandler

typedef struct _NDIS30_PROTOCOL_CHARACTERISTICS {
    NONPAGED_PROTOCOL_3;
} NDIS30_PROTOCOL_CHARACTERISTICS;

typedef struct _NDIS40_PROTOCOL_CHARACTERISTICS {
    NONPAGED_PROTOCOL_4;
} NDIS40_PROTOCOL_CHARACTERISTICS;

typedef struct _NDIS50_PROTOCOL_CHARACTERISTICS {
    NONPAGED_PROTOCOL_4;
    PVOID ReservedHandlers[4];
    CO_SEND_COMPLETE_HANDLER CoSendCompleteHandler;
    CO_STATUS_HANDLER CoStatusHandler;
    CO_RECEIVE_PACKET_HANDLER CoReceivePacketHandler;
    CO_AF_REGISTER_NOTIFY_HANDLER CoAfRegisterNotifyHandler;
} NDIS50_PROTOCOL_CHARACTERISTICS;

#if NDIS_PROTOCOL_MAJOR_VERSION == 5
typedef NDIS50_PROTOCOL_CHARACTERISTICS NDIS_PROTOCOL_CHARACTERISTICS;
#elif NDIS_PROTOCOL_MAJOR_VERSION == 4
typedef NDIS40_PROTOCOL_CHARACTERISTICS NDIS_PROTOCOL_CHARACTERISTICS;
#else
typedef NDIS30_PROTOCOL_CHARACTERISTICS NDIS_PROTOCOL_CHARACTERISTICS;
#endif
typedef NDIS_PROTOCOL_CHARACTERISTICS *PNDIS_PROTOCOL_CHARACTERISTICS;

/* Registration, bindings. */
VOID NonpagedRegisterProtocol(
    PNDIS_STATUS Status, PNDIS_HANDLE NdisProtocolHandle, const void *ProtocolCharacteristics, UINT CharacteristicsLength);
#define NdisRegisterProtocol(status, handle, characteristics, length) \
    NonpagedRegisterProtocol((status), (handle), (const void *)(characteristics), (length))
VOID NdisDeregisterProtocol(PNDIS_STATUS Status, NDIS_HANDLE NdisProtocolHandle);
VOID NdisOpenAdapter(
    PNDIS_STATUS Status, PNDIS_STATUS OpenErrorStatus, PNDIS_HANDLE NdisBindingHandle, PUINT SelectedMediumIndex,
    PNDIS_MEDIUM MediumArray, UINT MediumArraySize, NDIS_HANDLE NdisProtocolHandle, NDIS_HANDLE ProtocolBindingContext,
    PNDIS_STRING AdapterName, UINT OpenOptions, PSTRING AddressingInformation);
VOID NdisCloseAdapter(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle);
VOID NdisCompleteBindAdapter(NDIS_HANDLE BindAdapterContext, NDIS_STATUS Status, NDIS_STATUS OpenStatus);
VOID NdisCompleteUnbindAdapter(NDIS_HANDLE UnbindAdapterContext, NDIS_STATUS Status);
VOID NdisReEnumerateProtocolBindings(NDIS_HANDLE NdisProtocolHandle);
VOID NdisOpenProtocolConfiguration(PNDIS_STATUS Status, PNDIS_HANDLE ConfigurationHandle, PNDIS_STRING ProtocolSection);
NDIS_STATUS NdisQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName, NDIS_HANDLE NdisBindingHandle);
NDIS_STATUS NdisMQueryAdapterInstanceName(PNDIS_STRING AdapterInstanceName, NDIS_HANDLE MiniportHandle);
VOID NdisCompletePnPEvent(NDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNET_PNP_EVENT NetPnPEvent);

/* Sends, receives, requests. */
VOID NdisSend(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_PACKET Packet);
VOID NdisSendPackets(NDIS_HANDLE NdisBindingHandle, PPNDIS_PACKET PacketArray, UINT NumberOfPackets);
VOID NdisCancelSendPackets(NDIS_HANDLE NdisBindingHandle, PVOID CancelId);
UCHAR NdisGeneratePartialCancelId(VOID);
VOID NdisTransferData(
    PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, NDIS_HANDLE MacReceiveContext, UINT ByteOffset, UINT BytesToTransfer,
    PNDIS_PACKET Packet, PUINT BytesTransferred);
VOID NdisReturnPackets(PPNDIS_PACKET PacketsToReturn, UINT NumberOfPackets);
PNDIS_PACKET NdisGetReceivedPacket(NDIS_HANDLE NdisBindingHandle, NDIS_HANDLE MacContext);
VOID NdisRequest(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_REQUEST NdisRequest);
VOID NdisReset(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle);

/* Intermediate drivers. */
NDIS_STATUS NonpagedRegisterLayeredMiniport(
    NDIS_HANDLE NdisWrapperHandle, const void *MiniportCharacteristics, UINT CharacteristicsLength, PNDIS_HANDLE DriverHandle);
#define NdisIMRegisterLayeredMiniport(wrapper, characteristics, length, driver) \
    NonpagedRegisterLayeredMiniport((wrapper), (const void *)(characteristics), (length), (driver))
VOID NdisIMDeregisterLayeredMiniport(NDIS_HANDLE DriverHandle);
VOID NdisIMAssociateMiniport(NDIS_HANDLE DriverHandle, NDIS_HANDLE ProtocolHandle);
NDIS_STATUS NdisIMInitializeDeviceInstanceEx(NDIS_HANDLE DriverHandle, PNDIS_STRING DriverInstance, NDIS_HANDLE DeviceContext);
#define NdisIMInitializeDeviceInstance(driver, instance) NdisIMInitializeDeviceInstanceEx((driver), (instance), NULL)
NDIS_STATUS NdisIMCancelInitializeDeviceInstance(NDIS_HANDLE DriverHandle, PNDIS_STRING DeviceInstance);
NDIS_STATUS NdisIMDeInitializeDeviceInstance(NDIS_HANDLE NdisMiniportHandle);
NDIS_HANDLE NdisIMGetDeviceContext(NDIS_HANDLE MiniportAdapterHandle);
NDIS_HANDLE NdisIMGetBindingContext(NDIS_HANDLE NdisBindingHandle);
NDIS_STATUS NdisIMNotifyPnPEvent(NDIS_HANDLE MiniportHandle, PNET_PNP_EVENT NetPnPEvent);
VOID NdisIMCopySendPerPacketInfo(PNDIS_PACKET DstPacket, PNDIS_PACKET SrcPacket);
VOID NdisIMCopySendCompletePerPacketInfo(PNDIS_PACKET DstPacket, PNDIS_PACKET SrcPacket);

/* Room for an intermediate driver in a packet that is not its own: there is none here, and such a driver takes a packet of its own. */
typedef struct _NDIS_PACKET_STACK {
    ULONG_PTR IMReserved[2];
    ULONG_PTR NdisReserved[4];
} NDIS_PACKET_STACK, *PNDIS_PACKET_STACK;

NONPAGED_INLINE PNDIS_PACKET_STACK NdisIMGetCurrentPacketStack(PNDIS_PACKET Packet, BOOLEAN *StacksRemaining)
{
    (void)Packet;
    *StacksRemaining = FALSE;
    return NULL;
}

#define NdisGetPoolFromPacket(packet) ((NDIS_HANDLE)(packet)->Private.Pool)
/* Bundles of adapters are not here: each stands for itself. */
#define NdisMPromoteMiniport(handle) ((void)(handle), NDIS_STATUS_SUCCESS)
#define NdisMSetMiniportSecondary(handle, primary) ((void)(handle), (void)(primary), NDIS_STATUS_SUCCESS)

NONPAGED_EXTERN_C_END

#endif
