namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    // NDIS_PACKET up to ProtocolReserved, and what follows the protocol's bytes: out-of-band data and twelve per-packet pointers.
    private const uint PacketHeaderSize = 96;
    private const uint PacketExtensionSize = PerPacketInfoCount * 8;
    private const int PerPacketInfoCount = 12;

    // ndis.h, NDIS_PER_PACKET_INFO.
    private const int ScatterGatherListPacketInfo = 5;
    private const int PacketCancelId = 8;

    /// <summary>The bytes of a packet that is in no pool, with its one buffer's descriptor behind it.</summary>
    internal static uint LonePacketSize =>
        OobOffset(4 * sizeof(ulong)) + (uint)sizeof(NDIS_PACKET_OOB_DATA) + PacketExtensionSize + (uint)sizeof(NDIS_BUFFER);

    /// <summary>
    /// Makes a pool of packet descriptors. It always succeeds; the count is the limit of packets out
    /// at the same time (Windows CE).
    /// </summary>
    public static void NdisAllocatePacketPool(
        out NDIS_STATUS Status, out NDIS_HANDLE PoolHandle, uint NumberOfDescriptors, uint ProtocolReservedLength) =>
        NdisAllocatePacketPoolEx(out Status, out PoolHandle, NumberOfDescriptors, 0, ProtocolReservedLength);

    /// <summary>As NdisAllocatePacketPool; the overflow descriptors add to the limit.</summary>
    public static void NdisAllocatePacketPoolEx(
        out NDIS_STATUS Status,
        out NDIS_HANDLE PoolHandle,
        uint NumberOfDescriptors,
        uint NumberOfOverflowDescriptors,
        uint ProtocolReservedLength)
    {
        PoolHandle = default;
        Status = NDIS_STATUS_RESOURCES;
        // A descriptor fits into a slab, and the out-of-band data's offset into its 16 bits.
        if (ProtocolReservedLength > ElementPool.SlabSize / 2) return;

        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        if (IsShort()) return;
        uint limit = (uint)Math.Min((ulong)NumberOfDescriptors + NumberOfOverflowDescriptors, uint.MaxValue);
        uint size = OobOffset(ProtocolReservedLength) + (uint)sizeof(NDIS_PACKET_OOB_DATA) + PacketExtensionSize;
        PoolHandle = NewPool(
            new PacketPool(
                context.Instance, context.Driver, limit, size,
                (int)(PacketHeaderSize + ProtocolReservedLength)..(int)OobOffset(ProtocolReservedLength),
                OobOffset(ProtocolReservedLength)),
            context);
        Status = NDIS_STATUS_SUCCESS;
    }

    /// <summary>Ends a pool. All of its packets must have been freed.</summary>
    public static void NdisFreePacketPool(NDIS_HANDLE PoolHandle) => FreePool<PacketPool>(PoolHandle, nameof(NdisFreePacketPool));

    /// <summary>How many packets of a pool are taken.</summary>
    public static uint NdisPacketPoolUsage(NDIS_HANDLE PoolHandle) =>
        (uint)(Resolve<PacketPool>(PoolHandle, nameof(NdisPacketPoolUsage))?.Elements.Taken ?? 0);

    /// <summary>Takes a packet, filled with zeros, from a pool; NDIS_STATUS_RESOURCES and NULL where none is left.</summary>
    public static void NdisAllocatePacket(out NDIS_STATUS Status, out NDIS_PACKET* Packet, NDIS_HANDLE PoolHandle)
    {
        Caller(Irql.DISPATCH_LEVEL);
        Packet = null;
        Status = NDIS_STATUS_FAILURE;
        if (Resolve<PacketPool>(PoolHandle, nameof(NdisAllocatePacket)) is not { } pool) return;

        Packet = IsShort() ? null : (NDIS_PACKET*)pool.Elements.Take();
        Status = Packet is null ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS;
        if (Packet is null) return;
        Packet->Private.Pool = PoolHandle;
        Packet->Private.NdisPacketOobOffset = (ushort)pool.OobOffset;
    }

    /// <summary>As NdisAllocatePacket, at DISPATCH_LEVEL.</summary>
    public static void NdisDprAllocatePacket(out NDIS_STATUS Status, out NDIS_PACKET* Packet, NDIS_HANDLE PoolHandle) =>
        NdisAllocatePacket(out Status, out Packet, PoolHandle);

    /// <summary>Gives a packet back to its pool. Chained buffers stay the caller's.</summary>
    public static void NdisFreePacket(NDIS_PACKET* Packet) => FreeDescriptor(Packet, "packet", nameof(NdisFreePacket));

    /// <summary>As NdisFreePacket, at DISPATCH_LEVEL.</summary>
    public static void NdisDprFreePacket(NDIS_PACKET* Packet) => NdisFreePacket(Packet);

    /// <summary>Makes a used packet ready for other buffers.</summary>
    public static void NdisReinitializePacket(NDIS_PACKET* Packet)
    {
        Packet->Private.Head = null;
        Packet->Private.Tail = null;
        Packet->Private.ValidCounts = 0;
    }

    /// <summary>Makes a packet of NDIS's own, of one buffer, in memory of that size, which is zero.</summary>
    internal static NDIS_PACKET* MakeLonePacket(void* memory, void* frame, uint length)
    {
        var packet = (NDIS_PACKET*)memory;
        packet->Private.NdisPacketOobOffset = (ushort)OobOffset(4 * sizeof(ulong));
        var buffer = (NDIS_BUFFER*)((byte*)memory + LonePacketSize - sizeof(NDIS_BUFFER));
        FillBuffer(buffer, frame, length);
        NdisChainBufferAtFront(packet, buffer);
        NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
        return packet;
    }

    private static uint OobOffset(uint protocolReservedLength) =>
        PacketHeaderSize + ((Math.Max(protocolReservedLength, 1) + 7) & ~7u);

    private static NDIS_HANDLE NewPool(DescriptorPool pool, CallContext context)
    {
        pool.Elements.Reserve();
        return pool.Elements.Handle = context.Instance.Handles.Add(pool);
    }

    private static void FreePool<T>(NDIS_HANDLE handle, string call)
        where T : DescriptorPool
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL, call);
        if (Resolve<T>(handle, call) is not { } pool) return;
        context.Instance.Handles.Remove(handle);
        if (pool.Elements.Retire() is > 0 and var taken)
        {
            context.Report(
                NdisReportKind.BrokenRule,
                call,
                $"The pool was freed with {taken} {pool.Elements.Kind}s outstanding. Free them first.");
        }
    }

    private static void FreeDescriptor(void* descriptor, string kind, string call)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL, call);
        if (!context.Instance.DescriptorOwners.TryGetValue((nint)descriptor, out ElementPool? owner) || owner.Kind != kind)
        {
            context.Report(
                NdisReportKind.BadHandle, call, $"0x{(nint)descriptor:x} is not a {kind} of any pool. Nothing was freed.");
        }
        else if (!owner.Return(descriptor, out NDIS_HANDLE named))
        {
            context.Report(
                NdisReportKind.FreeTwice, call, $"The {kind} at 0x{(nint)descriptor:x} was freed before. Nothing was freed.");
        }
        else if (named != default && named != owner.Handle)
        {
            context.Report(
                NdisReportKind.BadHandle,
                call,
                $"The {kind} names pool 0x{named.Value:x}, but it is of pool 0x{owner.Handle.Value:x}. It went back there.");
        }
    }
}
