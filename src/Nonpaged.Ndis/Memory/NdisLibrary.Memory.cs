using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The functions of NDIS as drivers call them: names, parameters and meaning are those of the documents. They act for the driver
/// in whose handler the calling thread is, and outside of any for a plain program on the memory of the host. Thread-safe.
/// </summary>
public static unsafe partial class NdisLibrary
{
    /// <summary>NDIS_MEMORY_CONTIGUOUS: one physical range backs the block.</summary>
    public const uint NDIS_MEMORY_CONTIGUOUS = 0x00000001;

    /// <summary>NDIS_MEMORY_NONCACHED: the block can be accessed without flushing cache buffers during DMA.</summary>
    public const uint NDIS_MEMORY_NONCACHED = 0x00000002;

    /// <summary>
    /// Allocates resident (nonpaged) memory: one range of virtual addresses. With flags 0 and no limit it is aligned to 16 bytes
    /// and its contents are undefined; otherwise it starts on a page and is filled with zeros. (Windows CE, NdisAllocateMemory.)
    /// </summary>
    /// <param name="VirtualAddress">Receives the first byte, or null on failure.</param>
    /// <param name="Length">Size in bytes. 0 is a failure.</param>
    /// <param name="MemoryFlags">0, or a mask of <see cref="NDIS_MEMORY_CONTIGUOUS"/> and <see cref="NDIS_MEMORY_NONCACHED"/>;
    /// these are for miniports, in initialization.</param>
    /// <param name="HighestAcceptableAddress">The last byte lies at or below it, compared unsigned; -1 is no limit.</param>
    /// <returns>NDIS_STATUS_SUCCESS, or NDIS_STATUS_FAILURE: this attempt failed, a later one may succeed. The reason is
    /// in the instance's log.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NDIS_STATUS NdisAllocateMemory(
        out void* VirtualAddress, uint Length, uint MemoryFlags, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress)
    {
        // Before any condition, so that a loop looks them up once; and nothing by its address, which would keep
        // the caller's variable in memory.
        NonpagedPool? pool = NdisThread.Pool;
        nint thread = NdisThread.Magazines;
        if (pool is not null && MemoryFlags == 0 && Length <= NonpagedPool.LongestSmallBlock
            && HighestAcceptableAddress.QuadPart == -1)
        {
            if (pool.TryAllocateLoaded(Length, thread, out VirtualAddress)) return NDIS_STATUS_SUCCESS;
        }

        VirtualAddress = Allocate(nameof(NdisAllocateMemory), Length, MemoryFlags, HighestAcceptableAddress.ToPhysicalAddress());
        return StatusOf(VirtualAddress);
    }

    /// <summary>
    /// Allocates as with flags 0 and no limit. The tag is kept for reports only. Freed by NdisFreeMemory with flags 0.
    /// </summary>
    /// <inheritdoc cref="NdisAllocateMemory"/>
    public static NDIS_STATUS NdisAllocateMemoryWithTag(out void* VirtualAddress, uint Length, uint Tag)
    {
        VirtualAddress = Allocate(nameof(NdisAllocateMemoryWithTag), Length, 0, PhysicalAddress.Max, Tag);
        return StatusOf(VirtualAddress);
    }

    /// <summary>
    /// Frees a whole block. Length and flags must equal those of its allocation; a length of 0 passes where the flags are 0 (NDIS
    /// 5.1, Compact 2013). A breach is reported, and the block freed right all the same; a pointer that is not a block's start is
    /// reported, and nothing is freed. (NdisFreeMemory.)
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NdisFreeMemory(void* VirtualAddress, uint Length, uint MemoryFlags)
    {
        NonpagedPool? pool = NdisThread.Pool;
        nint thread = NdisThread.Magazines;
        if (pool is null || MemoryFlags != 0 || !pool.TryFreeOfLength(VirtualAddress, Length, thread))
            FreeMemory(VirtualAddress, Length, MemoryFlags);
    }

    private static void FreeMemory(void* VirtualAddress, uint Length, uint MemoryFlags)
    {
        var context = CallContext.ForMemory();
        context.Instance.Memory.Free(
            context, VirtualAddress, new FreeRequest(MemoryCall.NdisMemory, nameof(NdisFreeMemory), Length, MemoryFlags));
    }

    /// <summary>
    /// The physical address of a byte of this memory; 0 for any other, and for memory that is not pinned, which is reported: the
    /// kernel may move it. (WDK, MmGetPhysicalAddress.)
    /// </summary>
    public static NDIS_PHYSICAL_ADDRESS MmGetPhysicalAddress(void* BaseAddress)
    {
        CallContext context = CallContext.Current;
        NonpagedPool pool = context.Instance.Pool;
        if (pool.TryTranslate(BaseAddress, out PhysicalAddress physical))
        {
            if (context.Instance.Machine?.Reach is not null)
                context.Instance.Memory.Reach(pool.Find(BaseAddress)?.Request.Owner as NdisAllocation);
            return new((long)physical.Value);
        }

        if (pool.IsUnpinned(BaseAddress))
        {
            // Without the address, so that a driver that asks for each of its blocks is told once, with a count.
            context.Report(
                NdisReportKind.NotPinned, nameof(MmGetPhysicalAddress),
                "The memory is not pinned. The kernel may move it, so it has no physical address, and the answer is 0; "
                    + "expected memory of NDIS_MEMORY_CONTIGUOUS, of an address limit or of NdisMAllocateSharedMemory, "
                    + "which is always "
                    + "pinned.");
        }

        return default;
    }

    private static NDIS_STATUS StatusOf(void* address) => address != null ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;

    /// <summary>The block, or null.</summary>
    private static void* Allocate(string call, uint length, uint flags, PhysicalAddress highest, uint? tag = null)
    {
        bool isPlain = flags == 0 && highest == PhysicalAddress.Max;
        void* address = isPlain && NdisThread.Pool is { } known ? known.TakeLoadedLarge(length) : null;
        if (address != null) return address;
        var context = CallContext.ForMemory();
        NdisInstance instance = context.Instance;
        AllocationFailure? refused = null;
        if (isPlain && length is > 0 and <= NonpagedPool.LongestUnrecorded && NdisThread.Pool is { } pool)
        {
            address = pool.AllocateSmall(length, out refused);
            if (address != null) return address;
        }

        var allocation = new NdisAllocation(MemoryCall.NdisMemory, call, context.Driver, length, flags, highest) { Tag = tag };
        refused ??= Ndis.MemoryFlags.Refuse(flags, instance.Options.Profile) ?? AllocationRules.Check(context, allocation);
        if (refused is not null)
        {
            instance.Memory.Refuse(allocation, refused);
            return null;
        }

        MemoryRequest request = Ndis.MemoryFlags.ToRequest(length, flags, highest, instance.Options);
        return instance.Memory.Allocate(allocation, request) is { } block ? block.Address : null;
    }
}
