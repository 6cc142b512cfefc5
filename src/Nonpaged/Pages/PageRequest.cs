namespace Nonpaged;

/// <summary>A request in the terms of <see cref="PageAllocator"/>.</summary>
/// <param name="Pages">How many.</param>
/// <param name="Alignment">Of address and physical address, in bytes: a power of two, a page at least.</param>
/// <param name="Limit">The highest acceptable physical address.</param>
/// <param name="Contiguous">One physical range.</param>
/// <param name="Pinned">From pinned extents only.</param>
/// <param name="Protectable">From extents whose single pages can be protected.</param>
internal readonly record struct PageRequest(
    nuint Pages, nuint Alignment, ulong Limit, bool Contiguous, bool Pinned, bool Protectable)
{
    public bool Accepts(Extent extent) => (!Pinned || extent.IsPinned) && (!Protectable || extent.IsProtectable);
}
