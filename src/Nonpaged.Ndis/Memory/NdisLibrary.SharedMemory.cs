namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// Allocates memory that an adapter and its driver share: contiguous, within what the adapter's DMA reaches, coherent, on a page of its own and filled with zeros. With a null handle it is
    /// memory of the host's default pool. (NdisMAllocateSharedMemory.)
    /// </summary>
    /// <param name="MiniportAdapterHandle">The adapter, or null.</param>
    /// <param name="Length">Size in bytes.</param>
    /// <param name="Cached">May be ignored, and is: coherent memory serves both. It must be given again when the memory is freed.</param>
    /// <param name="VirtualAddress">Receives the first byte, or null on failure: there is no status.</param>
    /// <param name="PhysicalAddress">Receives the physical address of the first byte, or 0 on failure.</param>
    public static void NdisMAllocateSharedMemory(
        NDIS_HANDLE MiniportAdapterHandle, uint Length, bool Cached, out void* VirtualAddress, out NDIS_PHYSICAL_ADDRESS PhysicalAddress)
    {
        VirtualAddress = null;
        PhysicalAddress = default;
        CallContext context = CallContext.Current;
        if (!TryGetSharedPool(MiniportAdapterHandle, context, nameof(NdisMAllocateSharedMemory), out NdisInstance instance, out PhysicalAddress limit)) return;
        var allocation = new NdisAllocation(
            MemoryCall.SharedMemory, nameof(NdisMAllocateSharedMemory), context.Driver, Length, Cached ? 1u : 0u, limit);
        MemoryBlock? block = instance.Memory.Allocate(allocation, new MemoryRequest(Length)
        {
            Contiguous = true,
            HighestAcceptableAddress = limit,
            Caching = Caching.Coherent,
            Pinned = true,
            WholePages = true,
        });
        if (block is null) return;
        VirtualAddress = block.Address;
        if (instance.Pool.TryTranslate(block.Address, out PhysicalAddress physical)) PhysicalAddress = new NDIS_PHYSICAL_ADDRESS((long)physical.Value);
    }

    /// <summary>Frees shared memory whole: length, caching and both addresses are those of the allocation. (NdisMFreeSharedMemory.)</summary>
    /// <inheritdoc cref="NdisFreeMemory"/>
    public static void NdisMFreeSharedMemory(
        NDIS_HANDLE MiniportAdapterHandle, uint Length, bool Cached, void* VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress)
    {
        CallContext context = CallContext.Current;
        if (!TryGetSharedPool(MiniportAdapterHandle, context, nameof(NdisMFreeSharedMemory), out NdisInstance instance, out _)) return;
        instance.Memory.Free(context, VirtualAddress, new FreeRequest(
            MemoryCall.SharedMemory, nameof(NdisMFreeSharedMemory), Length, Cached ? 1u : 0u, PhysicalAddress.ToPhysicalAddress()));
    }

    /// <summary>Whose memory an adapter handle stands for, and how high the adapter's DMA reaches.</summary>
    private static bool TryGetSharedPool(NDIS_HANDLE handle, CallContext context, string call, out NdisInstance instance, out PhysicalAddress limit)
    {
        (instance, limit) = handle.IsNull ? (NdisInstance.Default, Nonpaged.PhysicalAddress.Max) : (context.Instance, default);
        if (handle.IsNull) return true;
        Adapter? adapter = Resolve<Adapter>(handle, call);
        if (adapter is not null) limit = adapter.DmaLimit;
        return adapter is not null;
    }
}
