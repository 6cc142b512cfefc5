namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// Allocates memory that an adapter and its driver share: contiguous, within what the adapter's DMA reaches, coherent, on a
    /// page of its own and filled with zeros. With a null handle it is memory of the host's default pool. At PASSIVE_LEVEL; a
    /// call at a higher level is served and reported. (NdisMAllocateSharedMemory.)
    /// </summary>
    /// <param name="MiniportAdapterHandle">The adapter, or null.</param>
    /// <param name="Length">Size in bytes.</param>
    /// <param name="Cached">May be ignored, and is: coherent memory serves both, except under
    /// <see cref="NdisOptions.StrictNoncached"/>, where false demands uncached memory. It must be given again
    /// when the memory is freed.</param>
    /// <param name="VirtualAddress">Receives the first byte, or null on failure: there is no status.</param>
    /// <param name="PhysicalAddress">Receives the physical address of the first byte, or 0 on failure.</param>
    public static void NdisMAllocateSharedMemory(
        NDIS_HANDLE MiniportAdapterHandle,
        uint Length,
        bool Cached,
        out void* VirtualAddress,
        out NDIS_PHYSICAL_ADDRESS PhysicalAddress)
    {
        VirtualAddress = null;
        PhysicalAddress = default;
        CallContext context = CallContext.Current;
        if (!TryGetSharedPool(
            MiniportAdapterHandle, context, nameof(NdisMAllocateSharedMemory), out NdisInstance instance,
            out PhysicalAddress limit))
        {
            return;
        }

        if (context.Adapter is { IsVerified: true, Bus.IsBusMaster: false } adapter)
        {
            adapter.Report(
                NdisReportKind.BrokenRule, nameof(NdisMAllocateSharedMemory),
                "Memory is shared with a card that is no bus master, as NdisMSetAttributes says: it cannot reach any.");
        }

        if (context.Irql > Irql.PASSIVE_LEVEL)
        {
            context.Instance.Report(
                NdisReportKind.IrqlTooHigh, nameof(NdisMAllocateSharedMemory), context.Driver,
                $"was called at {context.Irql}; expected PASSIVE_LEVEL, in initialization. "
                    + "Later, NdisMAllocateSharedMemoryAsync allocates.");
        }

        if (AllocateShared(instance, context.Driver, nameof(NdisMAllocateSharedMemory), Length, Cached, limit) is not { } block)
            return;
        VirtualAddress = block.Address;
        PhysicalAddress = PhysicalAddressOf(instance, block);
    }

    /// <summary>
    /// Allocates shared memory later, for a miniport that needs some while it runs: the adapter's AllocateCompleteHandler gets
    /// the addresses, or null and 0 where it failed. (NdisMAllocateSharedMemoryAsync.)
    /// </summary>
    /// <param name="MiniportAdapterHandle">The adapter.</param>
    /// <param name="Length">Size in bytes.</param>
    /// <param name="Cached">As for <see cref="NdisMAllocateSharedMemory"/>.</param>
    /// <param name="Context">Passed on to the completion function.</param>
    /// <returns>NDIS_STATUS_PENDING, or NDIS_STATUS_FAILURE: the completion function is not called.</returns>
    public static NDIS_STATUS NdisMAllocateSharedMemoryAsync(
        NDIS_HANDLE MiniportAdapterHandle, uint Length, bool Cached, void* Context)
    {
        Adapter? adapter = AdapterOf(MiniportAdapterHandle, Irql.DISPATCH_LEVEL);
        if (adapter is null) return NDIS_STATUS_FAILURE;
        bool isQueued = adapter.Dma.AllocateLater(Length, Context, () => AllocateShared(
            adapter.Instance, adapter.Driver, nameof(NdisMAllocateSharedMemoryAsync), Length, Cached, adapter.Dma.Limit));
        return isQueued ? NDIS_STATUS_PENDING : NDIS_STATUS_FAILURE;
    }

    /// <summary>
    /// Frees shared memory whole: length, caching and both addresses are those of the allocation. (NdisMFreeSharedMemory.)
    /// </summary>
    /// <inheritdoc cref="NdisFreeMemory"/>
    public static void NdisMFreeSharedMemory(
        NDIS_HANDLE MiniportAdapterHandle, uint Length, bool Cached, void* VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress)
    {
        CallContext context = CallContext.Current;
        if (!TryGetSharedPool(MiniportAdapterHandle, context, nameof(NdisMFreeSharedMemory), out NdisInstance instance, out _))
            return;
        instance.Memory.Free(context, VirtualAddress, new FreeRequest(
            MemoryCall.SharedMemory, nameof(NdisMFreeSharedMemory), Length, Cached ? 1u : 0u,
            PhysicalAddress.ToPhysicalAddress()));
    }

    internal static NDIS_PHYSICAL_ADDRESS PhysicalAddressOf(NdisInstance instance, MemoryBlock block)
    {
        instance.Memory.Reach(block.Request.Owner as NdisAllocation);
        return instance.Pool.TryTranslate(block.Address, out PhysicalAddress physical) ? new((long)physical.Value) : default;
    }

    private static MemoryBlock? AllocateShared(
        NdisInstance instance, Driver driver, string call, uint length, bool cached, PhysicalAddress limit) =>
        instance.Memory.Allocate(
            new NdisAllocation(MemoryCall.SharedMemory, call, driver, length, cached ? 1u : 0u, limit),
            new MemoryRequest(length)
            {
                Contiguous = true,
                HighestAcceptableAddress = limit,
                Caching = !cached && instance.Options.StrictNoncached ? instance.Options.StrictCaching : Caching.Coherent,
                Pin = PinDemand.Any,
                WholePages = true,
            });

    /// <summary>Whose memory an adapter handle stands for, and how high the adapter's DMA reaches.</summary>
    private static bool TryGetSharedPool(
        NDIS_HANDLE handle, CallContext context, string call, out NdisInstance instance, out PhysicalAddress limit)
    {
        (instance, limit) = handle.IsNull ? (NdisInstance.Default, Nonpaged.PhysicalAddress.Max) : (context.Instance, default);
        if (handle.IsNull) return true;
        Adapter? adapter = Resolve<Adapter>(handle, call);
        if (adapter is not null) limit = adapter.Dma.Limit;
        return adapter is not null;
    }
}
