namespace Nonpaged.Drivers;

/// <summary>
/// Memory that a miniport leaves to others. Its rings are of no use where the protocol above it finds none for its packets, so that a
/// choice that takes the last is as bad as one that fails (NdisAllocateMemory: a driver can allocate smaller blocks instead).
/// </summary>
internal static unsafe class Headroom
{
    // A few packet descriptors, and a handful of frames.
    private const uint Length = 32 << 10;

    /// <summary>There still is some. Whole pages are asked for, by a limit that excludes nothing, as the heap might have some to spare.</summary>
    public static bool IsLeft()
    {
        if (NdisAllocateMemory(out var memory, Length, 0, new NDIS_PHYSICAL_ADDRESS(long.MaxValue)) != NDIS_STATUS_SUCCESS) return false;
        NdisFreeMemory(memory, Length, 0);
        return true;
    }
}
