using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndispkt.h: packets, buffers and their pools.</summary>
internal static unsafe class PacketExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocatePacketPool))]
    public static void NdisAllocatePacketPool(
        NDIS_STATUS* Status, NDIS_HANDLE* PoolHandle, uint NumberOfDescriptors, uint ProtocolReservedLength)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocatePacketPool));
        NdisLibrary.NdisAllocatePacketPool(out *Status, out *PoolHandle, NumberOfDescriptors, ProtocolReservedLength);
        call.Trace($"Status={*Status} PoolHandle={*PoolHandle} NumberOfDescriptors={NumberOfDescriptors} "
            + $"ProtocolReservedLength={ProtocolReservedLength}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocatePacketPoolEx))]
    public static void NdisAllocatePacketPoolEx(
        NDIS_STATUS* Status,
        NDIS_HANDLE* PoolHandle,
        uint NumberOfDescriptors,
        uint NumberOfOverflowDescriptors,
        uint ProtocolReservedLength)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocatePacketPoolEx));
        NdisLibrary.NdisAllocatePacketPoolEx(
            out *Status, out *PoolHandle, NumberOfDescriptors, NumberOfOverflowDescriptors, ProtocolReservedLength);
        call.Trace($"Status={*Status} PoolHandle={*PoolHandle} NumberOfDescriptors={NumberOfDescriptors} "
            + $"NumberOfOverflowDescriptors={NumberOfOverflowDescriptors} ProtocolReservedLength={ProtocolReservedLength}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreePacketPool))]
    public static void NdisFreePacketPool(nint PoolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisFreePacketPool));
        NdisLibrary.NdisFreePacketPool(new NDIS_HANDLE(PoolHandle));
        call.Trace($"PoolHandle={PoolHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisPacketPoolUsage))]
    public static uint NdisPacketPoolUsage(nint PoolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisPacketPoolUsage));
        uint taken = NdisLibrary.NdisPacketPoolUsage(new NDIS_HANDLE(PoolHandle));
        call.Trace($"PoolHandle={PoolHandle} ={taken}");
        return taken;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocatePacket))]
    public static void NdisAllocatePacket(NDIS_STATUS* Status, NDIS_PACKET** Packet, nint PoolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocatePacket));
        NdisLibrary.NdisAllocatePacket(out *Status, out NDIS_PACKET* packet, new NDIS_HANDLE(PoolHandle));
        *Packet = packet;
        call.Trace($"Status={*Status} Packet={packet} PoolHandle={PoolHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreePacket))]
    public static void NdisFreePacket(NDIS_PACKET* Packet)
    {
        using var call = NativeCall.Enter(nameof(NdisFreePacket));
        NdisLibrary.NdisFreePacket(Packet);
        call.Trace($"Packet={Packet}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisReinitializePacket))]
    public static void NdisReinitializePacket(NDIS_PACKET* Packet)
    {
        using var call = NativeCall.Enter(nameof(NdisReinitializePacket));
        NdisLibrary.NdisReinitializePacket(Packet);
        call.Trace($"Packet={Packet}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocateBufferPool))]
    public static void NdisAllocateBufferPool(NDIS_STATUS* Status, NDIS_HANDLE* PoolHandle, uint NumberOfDescriptors)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocateBufferPool));
        NdisLibrary.NdisAllocateBufferPool(out *Status, out *PoolHandle, NumberOfDescriptors);
        call.Trace($"Status={*Status} PoolHandle={*PoolHandle} NumberOfDescriptors={NumberOfDescriptors}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreeBufferPool))]
    public static void NdisFreeBufferPool(nint PoolHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisFreeBufferPool));
        NdisLibrary.NdisFreeBufferPool(new NDIS_HANDLE(PoolHandle));
        call.Trace($"PoolHandle={PoolHandle}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAllocateBuffer))]
    public static void NdisAllocateBuffer(
        NDIS_STATUS* Status, NDIS_BUFFER** Buffer, nint PoolHandle, void* VirtualAddress, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisAllocateBuffer));
        NdisLibrary.NdisAllocateBuffer(out *Status, out NDIS_BUFFER* buffer, new NDIS_HANDLE(PoolHandle), VirtualAddress, Length);
        *Buffer = buffer;
        call.Trace($"Status={*Status} Buffer={buffer} PoolHandle={PoolHandle} VirtualAddress={VirtualAddress} Length={Length}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCopyBuffer))]
    public static void NdisCopyBuffer(
        NDIS_STATUS* Status, NDIS_BUFFER** Buffer, nint PoolHandle, NDIS_BUFFER* MemoryDescriptor, uint Offset, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisCopyBuffer));
        NdisLibrary.NdisAllocateBuffer(
            out *Status, out NDIS_BUFFER* buffer, new NDIS_HANDLE(PoolHandle), (byte*)MemoryDescriptor->MappedSystemVa + Offset,
            Length);
        *Buffer = buffer;
        call.Trace($"Status={*Status} Buffer={buffer} PoolHandle={PoolHandle} MemoryDescriptor={MemoryDescriptor} "
            + $"Offset={Offset} Length={Length}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisFreeBuffer))]
    public static void NdisFreeBuffer(NDIS_BUFFER* Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisFreeBuffer));
        NdisLibrary.NdisFreeBuffer(Buffer);
        call.Trace($"Buffer={Buffer}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAdjustBufferLength))]
    public static void NdisAdjustBufferLength(NDIS_BUFFER* Buffer, uint Length)
    {
        using var call = NativeCall.Enter(nameof(NdisAdjustBufferLength));
        NdisLibrary.NdisAdjustBufferLength(Buffer, Length);
        call.Trace($"Buffer={Buffer} Length={Length}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisBufferLength))]
    public static uint NdisBufferLength(NDIS_BUFFER* Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisBufferLength));
        uint length = NdisLibrary.NdisBufferLength(Buffer);
        call.Trace($"Buffer={Buffer} ={length}");
        return length;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisBufferVirtualAddress))]
    public static void* NdisBufferVirtualAddress(NDIS_BUFFER* Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisBufferVirtualAddress));
        NdisLibrary.NdisQueryBuffer(Buffer, out void* address, out _);
        call.Trace($"Buffer={Buffer} ={address}");
        return address;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NDIS_BUFFER_TO_SPAN_PAGES))]
    public static uint NDIS_BUFFER_TO_SPAN_PAGES(NDIS_BUFFER* Buffer)
    {
        using var call = NativeCall.Enter(nameof(NDIS_BUFFER_TO_SPAN_PAGES));
        uint pages = NdisLibrary.NDIS_BUFFER_TO_SPAN_PAGES(Buffer);
        call.Trace($"Buffer={Buffer} ={pages}");
        return pages;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedQueryBuffer))]
    public static void NonpagedQueryBuffer(NDIS_BUFFER* Buffer, void** VirtualAddress, uint* Length)
    {
        using var call = NativeCall.Enter("NdisQueryBuffer");
        NdisLibrary.NdisQueryBuffer(Buffer, out void* address, out uint length);
        if (VirtualAddress != null) *VirtualAddress = address;
        if (Length != null) *Length = length;
        call.Trace($"Buffer={Buffer} VirtualAddress={address} Length={length}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedQueryBufferOffset))]
    public static void NonpagedQueryBufferOffset(NDIS_BUFFER* Buffer, uint* Offset, uint* Length)
    {
        using var call = NativeCall.Enter("NdisQueryBufferOffset");
        NdisLibrary.NdisQueryBufferOffset(Buffer, out uint offset, out uint length);
        if (Offset != null) *Offset = offset;
        if (Length != null) *Length = length;
        call.Trace($"Buffer={Buffer} Offset={offset} Length={length}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisChainBufferAtFront))]
    public static void NdisChainBufferAtFront(NDIS_PACKET* Packet, NDIS_BUFFER* Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisChainBufferAtFront));
        NdisLibrary.NdisChainBufferAtFront(Packet, Buffer);
        call.Trace($"Packet={Packet} Buffer={Buffer}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisChainBufferAtBack))]
    public static void NdisChainBufferAtBack(NDIS_PACKET* Packet, NDIS_BUFFER* Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisChainBufferAtBack));
        NdisLibrary.NdisChainBufferAtBack(Packet, Buffer);
        call.Trace($"Packet={Packet} Buffer={Buffer}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisUnchainBufferAtFront))]
    public static void NdisUnchainBufferAtFront(NDIS_PACKET* Packet, NDIS_BUFFER** Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisUnchainBufferAtFront));
        NdisLibrary.NdisUnchainBufferAtFront(Packet, out NDIS_BUFFER* buffer);
        *Buffer = buffer;
        call.Trace($"Packet={Packet} Buffer={buffer}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisUnchainBufferAtBack))]
    public static void NdisUnchainBufferAtBack(NDIS_PACKET* Packet, NDIS_BUFFER** Buffer)
    {
        using var call = NativeCall.Enter(nameof(NdisUnchainBufferAtBack));
        NdisLibrary.NdisUnchainBufferAtBack(Packet, out NDIS_BUFFER* buffer);
        *Buffer = buffer;
        call.Trace($"Packet={Packet} Buffer={buffer}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedQueryPacket))]
    public static void NonpagedQueryPacket(
        NDIS_PACKET* Packet, uint* PhysicalBufferCount, uint* BufferCount, NDIS_BUFFER** FirstBuffer, uint* TotalPacketLength)
    {
        using var call = NativeCall.Enter("NdisQueryPacket");
        NdisLibrary.NdisQueryPacket(Packet, out uint physical, out uint count, out NDIS_BUFFER* first, out uint total);
        if (PhysicalBufferCount != null) *PhysicalBufferCount = physical;
        if (BufferCount != null) *BufferCount = count;
        if (FirstBuffer != null) *FirstBuffer = first;
        if (TotalPacketLength != null) *TotalPacketLength = total;
        call.Trace(
            $"Packet={Packet} PhysicalBufferCount={physical} BufferCount={count} FirstBuffer={first} TotalPacketLength={total}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedGetFirstBuffer))]
    public static void NonpagedGetFirstBuffer(
        NDIS_PACKET* Packet, NDIS_BUFFER** FirstBuffer, void** FirstBufferVA, uint* FirstBufferLength, uint* TotalBufferLength)
    {
        using var call = NativeCall.Enter("NdisGetFirstBufferFromPacket");
        NdisLibrary.NdisGetFirstBufferFromPacket(
            Packet, out NDIS_BUFFER* first, out void* address, out uint length, out uint total);
        if (FirstBuffer != null) *FirstBuffer = first;
        if (FirstBufferVA != null) *FirstBufferVA = address;
        if (FirstBufferLength != null) *FirstBufferLength = length;
        if (TotalBufferLength != null) *TotalBufferLength = total;
        call.Trace(
            $"Packet={Packet} FirstBuffer={first} FirstBufferVA={address} FirstBufferLength={length} TotalBufferLength={total}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCopyFromPacketToPacket))]
    public static void NdisCopyFromPacketToPacket(
        NDIS_PACKET* Destination,
        uint DestinationOffset,
        uint BytesToCopy,
        NDIS_PACKET* Source,
        uint SourceOffset,
        uint* BytesCopied)
    {
        using var call = NativeCall.Enter(nameof(NdisCopyFromPacketToPacket));
        NdisLibrary.NdisCopyFromPacketToPacket(
            Destination, DestinationOffset, BytesToCopy, Source, SourceOffset, out *BytesCopied);
        call.Trace($"Destination={Destination} DestinationOffset={DestinationOffset} BytesToCopy={BytesToCopy} Source={Source} "
            + $"SourceOffset={SourceOffset} BytesCopied={*BytesCopied}");
    }
}
