namespace Nonpaged.Drivers;

/// <summary>
/// Physically contiguous memory that a device reads and writes, and the call that it came from, so that it goes back by the matching one.
/// Lives in an adapter's context.
/// </summary>
internal unsafe struct DmaBlock
{
    private const uint Flags = NDIS_MEMORY_CONTIGUOUS | NDIS_MEMORY_NONCACHED;
    private const uint PageSize = 4096;

    private bool _isShared;

    public byte* Address { get; private set; }

    public NDIS_PHYSICAL_ADDRESS PhysicalAddress { get; private set; }

    public uint Length { get; private set; }

    /// <summary>
    /// Allocates, in MiniportInitialize. NDIS's versions differ on NDIS_MEMORY_CONTIGUOUS, and a driver can't ask which one it runs on:
    /// some ignore the flag, some fail the call. So what came is looked at, and NdisMAllocateSharedMemory is the other way to it.
    /// </summary>
    public static bool TryAllocate(NDIS_HANDLE adapter, uint length, NDIS_PHYSICAL_ADDRESS highest, out DmaBlock block)
    {
        block = default;
        if (NdisAllocateMemory(out var address, length, Flags, highest) == NDIS_STATUS_SUCCESS)
        {
            if (IsContiguous((byte*)address, length))
            {
                block = new DmaBlock { Address = (byte*)address, PhysicalAddress = MmGetPhysicalAddress(address), Length = length };
                return true;
            }

            NdisFreeMemory(address, length, Flags);
        }

        NdisMAllocateSharedMemory(adapter, length, false, out address, out var physical);
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

    private static bool IsContiguous(byte* address, uint length)
    {
        var start = MmGetPhysicalAddress(address).QuadPart;
        for (var offset = 0u; offset < length; offset += PageSize)
        {
            if (MmGetPhysicalAddress(address + offset).QuadPart != start + offset) return false;
        }

        return MmGetPhysicalAddress(address + length - 1).QuadPart == start + length - 1;
    }
}
