namespace Nonpaged;

/// <summary>Which addresses an extent needs in the address space of an IOMMU.</summary>
/// <param name="Length">How many bytes; whole pages.</param>
/// <param name="Alignment">A power of two, a page at least.</param>
/// <param name="Remainder">The first address modulo the alignment; whole pages.</param>
/// <param name="LimitedLength">How many of the bytes, from the first, must lie at or below
/// <paramref name="HighestAcceptableAddress"/>; the rest may lie above.</param>
/// <param name="HighestAcceptableAddress">The limit of these.</param>
public readonly record struct IovaRequest(
    nuint Length, nuint Alignment, nuint Remainder, nuint LimitedLength, PhysicalAddress HighestAcceptableAddress);
