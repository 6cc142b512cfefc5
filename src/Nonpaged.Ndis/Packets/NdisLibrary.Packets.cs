namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Puts a buffer, or a chain of them, before a packet's others.</summary>
    public static void NdisChainBufferAtFront(NDIS_PACKET* Packet, NDIS_BUFFER* Buffer)
    {
        NDIS_BUFFER* last = LastOf(Buffer);
        if (Packet->Private.Head is null) Packet->Private.Tail = last;
        last->Next = Packet->Private.Head;
        Packet->Private.Head = Buffer;
        Packet->Private.ValidCounts = 0;
    }

    /// <summary>Puts a buffer, or a chain of them, behind a packet's others.</summary>
    public static void NdisChainBufferAtBack(NDIS_PACKET* Packet, NDIS_BUFFER* Buffer)
    {
        if (Packet->Private.Head is null) Packet->Private.Head = Buffer;
        else Packet->Private.Tail->Next = Buffer;
        Packet->Private.Tail = LastOf(Buffer);
        Packet->Private.ValidCounts = 0;
    }

    /// <summary>Takes the first buffer off a packet; NULL where it has none.</summary>
    public static void NdisUnchainBufferAtFront(NDIS_PACKET* Packet, out NDIS_BUFFER* Buffer)
    {
        Buffer = Packet->Private.Head;
        if (Buffer is null) return;
        Packet->Private.Head = Buffer->Next;
        if (Packet->Private.Head is null) Packet->Private.Tail = null;
        Buffer->Next = null;
        Packet->Private.ValidCounts = 0;
    }

    /// <summary>Takes the last buffer off a packet; NULL where it has none.</summary>
    public static void NdisUnchainBufferAtBack(NDIS_PACKET* Packet, out NDIS_BUFFER* Buffer)
    {
        Buffer = Packet->Private.Tail;
        if (Buffer is null) return;
        NDIS_BUFFER* before = Packet->Private.Head;
        while (before != Buffer && before->Next != Buffer) before = before->Next;
        if (before == Buffer)
        {
            Packet->Private.Head = Packet->Private.Tail = null;
        }
        else
        {
            Packet->Private.Tail = before;
            before->Next = null;
        }

        Packet->Private.ValidCounts = 0;
    }

    /// <summary>What a packet consists of. NULL for FirstBuffer where it has no buffer.</summary>
    public static void NdisQueryPacket(
        NDIS_PACKET* Packet,
        out uint PhysicalBufferCount,
        out uint BufferCount,
        out NDIS_BUFFER* FirstBuffer,
        out uint TotalPacketLength)
    {
        if (Packet->Private.ValidCounts == 0) Count(Packet);
        PhysicalBufferCount = Packet->Private.PhysicalCount;
        BufferCount = Packet->Private.Count;
        FirstBuffer = Packet->Private.Head;
        TotalPacketLength = Packet->Private.TotalLength;
    }

    /// <summary>The bytes of all of a packet's buffers.</summary>
    public static void NdisQueryPacketLength(NDIS_PACKET* Packet, out uint PacketLength) =>
        NdisQueryPacket(Packet, out _, out _, out _, out PacketLength);

    /// <summary>
    /// A packet's first buffer with its address and length, and the length of all as they are now: buffers that were adjusted
    /// since the packet was counted are counted again, other than by NdisQueryPacket (NdisGetFirstBufferFromPacket, NDIS 5.1).
    /// </summary>
    public static void NdisGetFirstBufferFromPacket(
        NDIS_PACKET* Packet,
        out NDIS_BUFFER* FirstBuffer,
        out void* FirstBufferVA,
        out uint FirstBufferLength,
        out uint TotalBufferLength)
    {
        FirstBuffer = Packet->Private.Head;
        TotalBufferLength = 0;
        for (NDIS_BUFFER* buffer = FirstBuffer; buffer is not null; buffer = buffer->Next) TotalBufferLength += buffer->ByteCount;
        FirstBufferVA = FirstBuffer is null ? null : FirstBuffer->MappedSystemVa;
        FirstBufferLength = FirstBuffer is null ? 0 : FirstBuffer->ByteCount;
    }

    /// <summary>
    /// As NdisGetFirstBufferFromPacket. The priority matters where memory must be mapped first, which is never the case here.
    /// </summary>
    public static void NdisGetFirstBufferFromPacketSafe(
        NDIS_PACKET* Packet,
        out NDIS_BUFFER* FirstBuffer,
        out void* FirstBufferVA,
        out uint FirstBufferLength,
        out uint TotalBufferLength,
        int Priority) =>
        NdisGetFirstBufferFromPacket(Packet, out FirstBuffer, out FirstBufferVA, out FirstBufferLength, out TotalBufferLength);

    /// <summary>Copies bytes from one packet's buffers to another's; stops where either ends.</summary>
    public static void NdisCopyFromPacketToPacket(
        NDIS_PACKET* Destination,
        uint DestinationOffset,
        uint BytesToCopy,
        NDIS_PACKET* Source,
        uint SourceOffset,
        out uint BytesCopied)
    {
        BytesCopied = 0;
        var from = new PacketCursor(Source, SourceOffset);
        while (BytesCopied < BytesToCopy && from.Next(BytesToCopy - BytesCopied, out byte* piece, out uint length))
        {
            uint written = PacketCursor.Write(Destination, DestinationOffset + BytesCopied, piece, length);
            BytesCopied += written;
            if (written < length) return;
        }
    }

    /// <summary>The status that a driver set in a packet's out-of-band data.</summary>
    public static NDIS_STATUS NDIS_GET_PACKET_STATUS(NDIS_PACKET* Packet) => NDIS_OOB_DATA_FROM_PACKET(Packet)->Status;

    /// <summary>Sets the status in a packet's out-of-band data.</summary>
    public static void NDIS_SET_PACKET_STATUS(NDIS_PACKET* Packet, NDIS_STATUS Status) =>
        NDIS_OOB_DATA_FROM_PACKET(Packet)->Status = Status;

    /// <summary>A packet's out-of-band data.</summary>
    public static NDIS_PACKET_OOB_DATA* NDIS_OOB_DATA_FROM_PACKET(NDIS_PACKET* Packet) =>
        (NDIS_PACKET_OOB_DATA*)((byte*)Packet + Packet->Private.NdisPacketOobOffset);

    /// <summary>NDIS_PER_PACKET_INFO_FROM_PACKET(packet, ScatterGatherListPacketInfo).</summary>
    internal static ref SCATTER_GATHER_LIST* NDIS_SCATTER_GATHER_LIST(NDIS_PACKET* packet) =>
        ref ((SCATTER_GATHER_LIST**)(NDIS_OOB_DATA_FROM_PACKET(packet) + 1))[ScatterGatherListPacketInfo];

    /// <summary>The identifier by which NdisCancelSendPackets names a packet; NULL where it was given none.</summary>
    public static void* NDIS_GET_PACKET_CANCEL_ID(NDIS_PACKET* Packet) => PerPacketInfo(Packet, PacketCancelId);

    /// <summary>Gives a packet an identifier, by which NdisCancelSendPackets names it.</summary>
    public static void NDIS_SET_PACKET_CANCEL_ID(NDIS_PACKET* Packet, void* CancelId) =>
        PerPacketInfo(Packet, PacketCancelId) = CancelId;

    private static ref void* PerPacketInfo(NDIS_PACKET* packet, int which) =>
        ref ((void**)(NDIS_OOB_DATA_FROM_PACKET(packet) + 1))[which];

    private static NDIS_BUFFER* LastOf(NDIS_BUFFER* buffer)
    {
        while (buffer->Next is not null) buffer = buffer->Next;
        return buffer;
    }

    private static void Count(NDIS_PACKET* packet)
    {
        packet->Private.PhysicalCount = packet->Private.Count = packet->Private.TotalLength = 0;
        for (NDIS_BUFFER* buffer = packet->Private.Head; buffer is not null; buffer = buffer->Next)
        {
            packet->Private.Count++;
            packet->Private.TotalLength += buffer->ByteCount;
            packet->Private.PhysicalCount += NDIS_BUFFER_TO_SPAN_PAGES(buffer);
        }

        packet->Private.ValidCounts = 1;
    }
}
