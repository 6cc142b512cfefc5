namespace Nonpaged;

/// <summary>A request for pages, in the terms of <see cref="PageStore"/>.</summary>
/// <param name="Pages">How many.</param>
/// <param name="Alignment">Of address and physical address, in bytes: a power of two, a page at least.</param>
/// <param name="Limit">The highest acceptable physical address.</param>
/// <param name="Contiguous">One physical range.</param>
/// <param name="Pin">From extents that are pinned so.</param>
/// <param name="Protectable">From extents whose single pages can be protected.</param>
/// <param name="Sharing">From extents that another process may map so.</param>
/// <param name="IsOfAddressOnly">The alignment is of the address; the physical one may be any.</param>
/// <param name="Only">From this extent; null for any that is not one block's.</param>
internal readonly record struct PageRequest(
    nuint Pages,
    nuint Alignment,
    ulong Limit,
    bool Contiguous,
    PinDemand Pin,
    bool Protectable,
    Sharing Sharing = Sharing.None,
    Extent? Only = null,
    bool IsOfAddressOnly = false)
{
    /// <summary>For a span of small blocks.</summary>
    public static PageRequest OfSpan(nuint pages) =>
        new(pages, Page.Size, ulong.MaxValue, Contiguous: false, PinDemand.WherePossible, Protectable: false);

    /// <summary>What it needs of the CPU's cache.</summary>
    public Caching Caching { get; init; }

    /// <summary>From extents on this NUMA node; null for any.</summary>
    public int? Node { get; init; }

    /// <summary>Ordinary memory, which is cached, does not meet it.</summary>
    public bool NeedsRegion => Caching is Caching.Uncached or Caching.WriteCombined;

    /// <summary>Pages of an extent can meet it.</summary>
    public bool Accepts(Extent extent) =>
        HasCaching(extent) && IsOnNode(extent) && IsPinnedEnough(extent) && (!Protectable || extent.IsProtectable)
        && IsFor(extent);

    private bool HasCaching(Extent extent) => NeedsRegion
        ? extent.Caching == Caching
        : extent.Caching == Caching.Coherent && (extent.Origin != ExtentOrigin.Region || DependsOnFrames(HostExtents.HugePage));

    private bool IsOnNode(Extent extent) => Node is null || extent.Node == Node;

    private bool IsPinnedEnough(Extent extent) => !extent.HasLostPin && Pin switch
    {
        PinDemand.None => extent.IsLeftUnpinned,
        PinDemand.Any => extent.IsPinned,
        PinDemand.LongTerm => extent.IsPinned && extent.PinKind != PinKind.Pipe,
        _ => !extent.IsLeftUnpinned,
    };

    private bool IsFor(Extent extent) =>
        Sharing <= extent.Sharing && (Only is null ? extent.Origin != ExtentOrigin.HostForOne : extent == Only);

    /// <summary>Memory that is contiguous within such units does not meet it by itself: it matters where the units lie.</summary>
    public bool DependsOnFrames(nuint unit) =>
        Limit != ulong.MaxValue || (Alignment > unit && !IsOfAddressOnly) || (Contiguous && Pages << Page.Shift > unit);
}
