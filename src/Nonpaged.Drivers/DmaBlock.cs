namespace Nonpaged.Drivers;

/// <summary>
/// Physically contiguous memory that a device reads and writes, and the call that it came from, so that it goes back by the
/// matching one. Lives in an adapter's context.
/// </summary>
internal unsafe struct DmaBlock
{
    private const uint Flags = NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED;

    private bool _isShared;

    public byte* Address { get; private set; }

    public NDIS_PHYSICAL_ADDRESS PhysicalAddress { get; private set; }

    public uint Length { get; private set; }

    /// <summary>
    /// Allocates, in MiniportInitialize. NDIS's versions differ on NDIS_MEMORY_CONTIGUOUS: Windows NT's honours it, and Windows
    /// CE's ignores it or fails the call. There, and where the call fails, NdisMAllocateSharedMemory is the way to it.
    /// </summary>
    public static bool TryAllocate(
        NDIS_HANDLE adapter, bool isWindowsNt, uint length, NDIS_PHYSICAL_ADDRESS highest, out DmaBlock block)
    {
        block = default;
        if (isWindowsNt && NdisAllocateMemory(out void* address, length, Flags, highest) == NDIS_STATUS_SUCCESS)
        {
            block = new DmaBlock { Address = (byte*)address, PhysicalAddress = MmGetPhysicalAddress(address), Length = length };
            return true;
        }

        NdisMAllocateSharedMemory(adapter, length, false, out address, out NDIS_PHYSICAL_ADDRESS physical);
        if (address is null) return false;
        block = new DmaBlock { Address = (byte*)address, PhysicalAddress = physical, Length = length, _isShared = true };
        return true;
    }

    /// <summary>Gives the memory back, once the device has stopped using it. Does nothing where there is none.</summary>
    public void Free(NDIS_HANDLE adapter)
    {
        if (Address is null) return;
        if (_isShared) NdisMFreeSharedMemory(adapter, Length, false, Address, PhysicalAddress);
        else NdisFreeMemory(Address, Length, Flags);
        this = default;
    }

    /// <summary>The physical address of a byte of the block.</summary>
    public readonly ulong PhysicalAt(uint offset) => (ulong)PhysicalAddress.QuadPart + offset;
}
