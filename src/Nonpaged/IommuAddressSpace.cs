namespace Nonpaged;

/// <summary>
/// The physical address space behind an IOMMU: a device reaches what is mapped there, at the addresses (IOVAs) that it was
/// mapped to, and nothing else. A pool bound to one
/// (<see cref="NonpagedPool.Create(IommuAddressSpace, NonpagedPoolOptions?)"/>) has each of its extents mapped as one piece, so
/// that scattered pages are one physical range to the device, at or below any limit. Thread-safe.
/// </summary>
public abstract class IommuAddressSpace
{
    /// <summary>Whose it is, for reports and errors: "the IOMMU of 0000:00:04.0".</summary>
    public abstract string Name { get; }

    /// <summary>Takes addresses that nothing is mapped to, and that no other call is given.</summary>
    /// <param name="request">How many, and where.</param>
    /// <param name="failure">Why there are none.</param>
    /// <returns>The first address; null where there are none.</returns>
    public abstract ulong? TryReserve(IovaRequest request, out AllocationFailure? failure);

    /// <summary>
    /// Maps memory of this process to addresses that were reserved, all of them, for reading and writing by the device. Its pages
    /// are pinned until <see cref="Release"/>.
    /// </summary>
    /// <param name="iova">The first address, as reserved.</param>
    /// <param name="address">The memory: whole pages, mapped readable and writable.</param>
    /// <param name="length">In bytes, as reserved.</param>
    /// <returns>Null, or why it cannot be mapped; nothing is, then, and the addresses are still reserved.</returns>
    public abstract AllocationFailure? TryMap(ulong iova, nuint address, nuint length);

    /// <summary>Unmaps what is mapped to addresses that were reserved by one call, and gives them back.</summary>
    public abstract void Release(ulong iova, nuint length);
}
