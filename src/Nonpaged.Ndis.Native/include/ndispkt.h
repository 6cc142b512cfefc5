/* NDIS: packets, buffers and their pools. */
#ifndef NONPAGED_NDISPKT_H
#define NONPAGED_NDISPKT_H

#include "ndisbase.h"

NONPAGED_EXTERN_C_BEGIN

typedef MDL NDIS_BUFFER, *PNDIS_BUFFER;
typedef PVOID PNDIS_PACKET_POOL;

typedef struct _NDIS_PACKET_PRIVATE {
    UINT PhysicalCount;
    UINT TotalLength;
    PNDIS_BUFFER Head;
    PNDIS_BUFFER Tail;
    PNDIS_PACKET_POOL Pool;
    UINT Count;
    ULONG Flags;
    BOOLEAN ValidCounts;
    UCHAR NdisPacketFlags;
    USHORT NdisPacketOobOffset;
} NDIS_PACKET_PRIVATE, *PNDIS_PACKET_PRIVATE;

typedef struct _NDIS_PACKET {
    NDIS_PACKET_PRIVATE Private;
    __extension__ union {
        __extension__ struct {
            UCHAR MiniportReserved[2 * sizeof(PVOID)];
            UCHAR WrapperReserved[2 * sizeof(PVOID)];
        };
        __extension__ struct {
            UCHAR MiniportReservedEx[3 * sizeof(PVOID)];
            UCHAR WrapperReservedEx[sizeof(PVOID)];
        };
        __extension__ struct {
            UCHAR MacReserved[4 * sizeof(PVOID)];
        };
    };
    ULONG_PTR Reserved[2];
    UCHAR ProtocolReserved[1];
} NDIS_PACKET, *PNDIS_PACKET, **PPNDIS_PACKET;

typedef struct _NDIS_PACKET_OOB_DATA {
    __extension__ union {
        ULONGLONG TimeToSend;
        ULONGLONG TimeSent;
    };
    ULONGLONG TimeReceived;
    UINT HeaderSize;
    UINT SizeMediaSpecificInfo;
    PVOID MediaSpecificInformation;
    NDIS_STATUS Status;
} NDIS_PACKET_OOB_DATA, *PNDIS_PACKET_OOB_DATA;

typedef enum _NDIS_PER_PACKET_INFO {
    TcpIpChecksumPacketInfo,
    IpSecPacketInfo,
    TcpLargeSendPacketInfo,
    ClassificationHandlePacketInfo,
    NdisReserved,
    ScatterGatherListPacketInfo,
    Ieee8021QInfo,
    OriginalPacketInfo,
    PacketCancelId,
    OriginalNetBufferList,
    CachedNetBufferList,
    ShortPacketPaddingInfo,
    MaxPerPacketInfo
} NDIS_PER_PACKET_INFO, *PNDIS_PER_PACKET_INFO;

typedef struct _NDIS_PACKET_EXTENSION {
    PVOID NdisPacketInfo[MaxPerPacketInfo];
} NDIS_PACKET_EXTENSION, *PNDIS_PACKET_EXTENSION;

typedef union _NDIS_TCP_IP_CHECKSUM_PACKET_INFO {
    struct {
        ULONG NdisPacketChecksumV4 : 1;
        ULONG NdisPacketChecksumV6 : 1;
        ULONG NdisPacketTcpChecksum : 1;
        ULONG NdisPacketUdpChecksum : 1;
        ULONG NdisPacketIpChecksum : 1;
    } Transmit;
    struct {
        ULONG NdisPacketTcpChecksumFailed : 1;
        ULONG NdisPacketUdpChecksumFailed : 1;
        ULONG NdisPacketIpChecksumFailed : 1;
        ULONG NdisPacketTcpChecksumSucceeded : 1;
        ULONG NdisPacketUdpChecksumSucceeded : 1;
        ULONG NdisPacketIpChecksumSucceeded : 1;
        ULONG NdisPacketLoopback : 1;
    } Receive;
    ULONG Value;
} NDIS_TCP_IP_CHECKSUM_PACKET_INFO, *PNDIS_TCP_IP_CHECKSUM_PACKET_INFO;

/* Ieee8021QInfo: the tag, in the place of the pointer. */
typedef union _NDIS_PACKET_8021Q_INFO {
    struct {
        UINT32 UserPriority : 3;
        UINT32 CanonicalFormatId : 1;
        UINT32 VlanId : 12;
        UINT32 Reserved : 16;
    } TagHeader;
    PVOID Value;
} NDIS_PACKET_8021Q_INFO, *PNDIS_PACKET_8021Q_INFO;

/* What a protocol may keep in ProtocolReserved of a packet that NDIS allocated for it. */
#define PROTOCOL_RESERVED_SIZE_IN_PACKET (4 * sizeof(PVOID))
#define NDIS_FLAGS_PROTOCOL_ID_MASK 0x0000000F
#define NDIS_FLAGS_DONT_LOOPBACK 0x00000080
#define NDIS_PROTOCOL_ID_DEFAULT 0x00
#define NDIS_PROTOCOL_ID_TCP_IP 0x02

#define NDIS_OOB_DATA_FROM_PACKET(packet) \
    ((PNDIS_PACKET_OOB_DATA)(void *)((PUCHAR)(packet) + (packet)->Private.NdisPacketOobOffset))
#define NDIS_PACKET_EXTENSION_FROM_PACKET(packet) \
    ((PNDIS_PACKET_EXTENSION)(void *)((PUCHAR)NDIS_OOB_DATA_FROM_PACKET(packet) + sizeof(NDIS_PACKET_OOB_DATA)))
#define NDIS_PER_PACKET_INFO_FROM_PACKET(packet, id) (NDIS_PACKET_EXTENSION_FROM_PACKET(packet)->NdisPacketInfo[(id)])
#define NDIS_GET_ORIGINAL_PACKET(packet) NDIS_PER_PACKET_INFO_FROM_PACKET((packet), OriginalPacketInfo)
#define NDIS_SET_ORIGINAL_PACKET(packet, original) (NDIS_GET_ORIGINAL_PACKET(packet) = (original))
#define NDIS_PACKET_FIRST_NDIS_BUFFER(packet) ((packet)->Private.Head)
#define NDIS_PACKET_LAST_NDIS_BUFFER(packet) ((packet)->Private.Tail)
#define NDIS_PACKET_VALID_COUNTS(packet) ((packet)->Private.ValidCounts)
#define NDIS_BUFFER_LINKAGE(buffer) ((buffer)->Next)
/* NdisPacketFlags: whether a packet has such information. */
#define fPACKET_CONTAINS_MEDIA_SPECIFIC_INFO 0x40
#define NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(packet, information, size) \
    { \
        if ((size) != 0) { \
            (packet)->Private.NdisPacketFlags |= fPACKET_CONTAINS_MEDIA_SPECIFIC_INFO; \
            NDIS_OOB_DATA_FROM_PACKET(packet)->MediaSpecificInformation = (information); \
            NDIS_OOB_DATA_FROM_PACKET(packet)->SizeMediaSpecificInfo = (size); \
        } \
    }
#define NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, information, size) \
    { \
        if ((packet)->Private.NdisPacketFlags & fPACKET_CONTAINS_MEDIA_SPECIFIC_INFO) { \
            *(information) = NDIS_OOB_DATA_FROM_PACKET(packet)->MediaSpecificInformation; \
            *(size) = NDIS_OOB_DATA_FROM_PACKET(packet)->SizeMediaSpecificInfo; \
        } else { \
            *(information) = NULL; \
            *(size) = 0; \
        } \
    }
#define NDIS_GET_PACKET_CANCEL_ID(packet) NDIS_PER_PACKET_INFO_FROM_PACKET((packet), PacketCancelId)
#define NDIS_SET_PACKET_CANCEL_ID(packet, id) (NDIS_PER_PACKET_INFO_FROM_PACKET((packet), PacketCancelId) = (id))
#define NDIS_GET_PACKET_STATUS(packet) (NDIS_OOB_DATA_FROM_PACKET(packet)->Status)
#define NDIS_SET_PACKET_STATUS(packet, status) (NDIS_OOB_DATA_FROM_PACKET(packet)->Status = (status))
#define NDIS_GET_PACKET_HEADER_SIZE(packet) (NDIS_OOB_DATA_FROM_PACKET(packet)->HeaderSize)
#define NDIS_SET_PACKET_HEADER_SIZE(packet, size) (NDIS_OOB_DATA_FROM_PACKET(packet)->HeaderSize = (size))
#define NDIS_GET_PACKET_TIME_TO_SEND(packet) (NDIS_OOB_DATA_FROM_PACKET(packet)->TimeToSend)
#define NDIS_SET_PACKET_TIME_TO_SEND(packet, time) (NDIS_OOB_DATA_FROM_PACKET(packet)->TimeToSend = (time))
#define NDIS_GET_PACKET_TIME_SENT(packet) (NDIS_OOB_DATA_FROM_PACKET(packet)->TimeSent)
#define NDIS_SET_PACKET_TIME_SENT(packet, time) (NDIS_OOB_DATA_FROM_PACKET(packet)->TimeSent = (time))
#define NDIS_GET_PACKET_TIME_RECEIVED(packet) (NDIS_OOB_DATA_FROM_PACKET(packet)->TimeReceived)
#define NDIS_SET_PACKET_TIME_RECEIVED(packet, time) (NDIS_OOB_DATA_FROM_PACKET(packet)->TimeReceived = (time))
#define NDIS_GET_PACKET_PROTOCOL_TYPE(packet) ((packet)->Private.Flags & NDIS_FLAGS_PROTOCOL_ID_MASK)
#define NdisGetPacketFlags(packet) ((packet)->Private.Flags)
#define NdisSetPacketFlags(packet, flags) ((packet)->Private.Flags |= (flags))
#define NdisClearPacketFlags(packet, flags) ((packet)->Private.Flags &= ~(flags))

VOID NdisAllocatePacketPool(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors, UINT ProtocolReservedLength);
VOID NdisAllocatePacketPoolEx(
    PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors, UINT NumberOfOverflowDescriptors, UINT ProtocolReservedLength);
VOID NdisFreePacketPool(NDIS_HANDLE PoolHandle);
UINT NdisPacketPoolUsage(NDIS_HANDLE PoolHandle);
VOID NdisAllocatePacket(PNDIS_STATUS Status, PNDIS_PACKET *Packet, NDIS_HANDLE PoolHandle);
VOID NdisFreePacket(PNDIS_PACKET Packet);
VOID NdisReinitializePacket(PNDIS_PACKET Packet);
#define NdisDprAllocatePacket(status, packet, pool) NdisAllocatePacket((status), (packet), (pool))
#define NdisDprFreePacket(packet) NdisFreePacket(packet)
#define NdisDprAllocatePacketNonInterlocked(status, packet, pool) NdisAllocatePacket((status), (packet), (pool))
#define NdisDprFreePacketNonInterlocked(packet) NdisFreePacket(packet)
#define NdisGetPacketCancelId(packet) NDIS_GET_PACKET_CANCEL_ID(packet)
#define NdisSetPacketCancelId(packet, id) NDIS_SET_PACKET_CANCEL_ID((packet), (id))
#define NdisBufferVirtualAddressSafe(buffer, priority) ((void)(priority), NdisBufferVirtualAddress(buffer))
#define NdisCopyFromPacketToPacketSafe(destination, destinationOffset, length, source, sourceOffset, copied, priority) \
    ((void)(priority), \
        NdisCopyFromPacketToPacket((destination), (destinationOffset), (length), (source), (sourceOffset), (copied)))

VOID NdisAllocateBufferPool(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors);
VOID NdisFreeBufferPool(NDIS_HANDLE PoolHandle);
VOID NdisAllocateBuffer(PNDIS_STATUS Status, PNDIS_BUFFER *Buffer, NDIS_HANDLE PoolHandle, PVOID VirtualAddress, UINT Length);
VOID NdisFreeBuffer(PNDIS_BUFFER Buffer);
VOID NdisCopyBuffer(
    PNDIS_STATUS Status, PNDIS_BUFFER *Buffer, NDIS_HANDLE PoolHandle, PVOID MemoryDescriptor, UINT Offset, UINT Length);
VOID NdisAdjustBufferLength(PNDIS_BUFFER Buffer, UINT Length);
UINT NdisBufferLength(PNDIS_BUFFER Buffer);
PVOID NdisBufferVirtualAddress(PNDIS_BUFFER Buffer);
ULONG NDIS_BUFFER_TO_SPAN_PAGES(PNDIS_BUFFER Buffer);

VOID NdisChainBufferAtFront(PNDIS_PACKET Packet, PNDIS_BUFFER Buffer);
VOID NdisChainBufferAtBack(PNDIS_PACKET Packet, PNDIS_BUFFER Buffer);
VOID NdisUnchainBufferAtFront(PNDIS_PACKET Packet, PNDIS_BUFFER *Buffer);
VOID NdisUnchainBufferAtBack(PNDIS_PACKET Packet, PNDIS_BUFFER *Buffer);
VOID NdisCopyFromPacketToPacket(
    PNDIS_PACKET Destination, UINT DestinationOffset, UINT BytesToCopy, PNDIS_PACKET Source, UINT SourceOffset, PUINT BytesCopied);

/* In the original headers these are macros, which take pointers of any type and NULL for what is not wanted. */
VOID NonpagedQueryBuffer(PNDIS_BUFFER Buffer, PVOID *VirtualAddress, PUINT Length);
VOID NonpagedQueryBufferOffset(PNDIS_BUFFER Buffer, PUINT Offset, PUINT Length);
VOID NonpagedQueryPacket(
    PNDIS_PACKET Packet, PUINT PhysicalBufferCount, PUINT BufferCount, PNDIS_BUFFER *FirstBuffer, PUINT TotalPacketLength);
VOID NonpagedGetFirstBuffer(
    PNDIS_PACKET Packet, PNDIS_BUFFER *FirstBuffer, PVOID *FirstBufferVA, PUINT FirstBufferLength, PUINT TotalBufferLength);
#define NdisQueryBuffer(buffer, address, length) NonpagedQueryBuffer((buffer), (PVOID *)(address), (PUINT)(length))
#define NdisQueryBufferSafe(buffer, address, length, priority) \
    ((void)(priority), NonpagedQueryBuffer((buffer), (PVOID *)(address), (PUINT)(length)))
#define NdisQueryBufferOffset(buffer, offset, length) NonpagedQueryBufferOffset((buffer), (PUINT)(offset), (PUINT)(length))
#define NdisGetNextBuffer(buffer, next) ((void)(*(next) = (buffer)->Next))
#define NdisQueryPacket(packet, physical, count, first, total) \
    NonpagedQueryPacket((packet), (PUINT)(physical), (PUINT)(count), (PNDIS_BUFFER *)(first), (PUINT)(total))
#define NdisQueryPacketLength(packet, length) NonpagedQueryPacket((packet), NULL, NULL, NULL, (PUINT)(length))
#define NdisGetFirstBufferFromPacket(packet, first, address, length, total) \
    NonpagedGetFirstBuffer((packet), (PNDIS_BUFFER *)(first), (PVOID *)(address), (PUINT)(length), (PUINT)(total))
#define NdisGetFirstBufferFromPacketSafe(packet, first, address, length, total, priority) \
    ((void)(priority), NdisGetFirstBufferFromPacket((packet), (first), (address), (length), (total)))

NONPAGED_EXTERN_C_END

#endif
