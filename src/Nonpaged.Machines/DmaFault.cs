namespace Nonpaged.Machines;

/// <summary>An access to RAM that an IOMMU kept a device from.</summary>
/// <param name="Page">The page, by the address of its first byte.</param>
/// <param name="IsWrite">It was a write.</param>
public sealed record DmaFault(PhysicalAddress Page, bool IsWrite);
