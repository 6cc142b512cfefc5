namespace Nonpaged.Ndis;

/// <summary>The functions of NDIS as drivers call them: names, parameters and meaning are those of the documents.</summary>
public static unsafe partial class NdisLibrary
{
    /// <summary>NDIS_MEMORY_CONTIGUOUS: one physical range backs the block.</summary>
    public const uint NDIS_MEMORY_CONTIGUOUS = 0x00000001;

    /// <summary>NDIS_MEMORY_NONCACHED: the block can be accessed without flushing cache buffers during DMA.</summary>
    public const uint NDIS_MEMORY_NONCACHED = 0x00000002;

    /// <summary>Allocates resident (nonpaged) memory.</summary>
    public static NDIS_STATUS NdisAllocateMemory(
        out void* VirtualAddress, uint Length, uint MemoryFlags, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress) =>
        throw new InvalidOperationException("being written");

    /// <summary>Frees what NdisAllocateMemory allocated.</summary>
    public static void NdisFreeMemory(void* VirtualAddress, uint Length, uint MemoryFlags) =>
        throw new InvalidOperationException("being written");

    /// <summary>Allocates as with flags 0.</summary>
    public static NDIS_STATUS NdisAllocateMemoryWithTag(out void* VirtualAddress, uint Length, uint Tag) =>
        throw new InvalidOperationException("being written");

    /// <summary>The physical address of a byte of this memory; 0 for any other (WDK, MmGetPhysicalAddress).</summary>
    public static NDIS_PHYSICAL_ADDRESS MmGetPhysicalAddress(void* BaseAddress) =>
        throw new InvalidOperationException("being written");

    /// <summary>Allocates contiguous memory that an adapter and its driver share.</summary>
    public static void NdisMAllocateSharedMemory(
        NDIS_HANDLE MiniportAdapterHandle, uint Length, bool Cached, out void* VirtualAddress, out NDIS_PHYSICAL_ADDRESS PhysicalAddress) =>
        throw new InvalidOperationException("being written");

    /// <summary>Frees what NdisMAllocateSharedMemory allocated.</summary>
    public static void NdisMFreeSharedMemory(
        NDIS_HANDLE MiniportAdapterHandle, uint Length, bool Cached, void* VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress) =>
        throw new InvalidOperationException("being written");
}
