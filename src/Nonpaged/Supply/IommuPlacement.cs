namespace Nonpaged;

/// <summary>Where an extent goes in an IOMMU's address space, and what of its memory it leaves out.</summary>
/// <param name="space">The address space.</param>
/// <param name="request">The request that the extent is made for.</param>
internal sealed class IommuPlacement(IommuAddressSpace space, PageRequest request)
{
    // Below this the first extent of the address space may have to do, whose page 0 is left out: drivers take the
    // physical address 0 for "none".
    private const ulong LowLimit = 2 * HostExtents.HugePage;

    /// <summary>How much of the extent's memory, from its start, is not mapped.</summary>
    public nuint LeftOut { get; } = request.Limit < LowLimit ? (nuint)Page.Size : 0;

    /// <summary>
    /// The same request of memory whose frames do not matter: what it says of physical addresses is a matter of the IOVA.
    /// </summary>
    public PageRequest OfMemory => request with
    {
        Pages = request.Pages + (LeftOut >> Page.Shift),
        Limit = ulong.MaxValue,
        Contiguous =
            false,
        Pin = PinDemand.WherePossible,
        IsOfAddressOnly = true,
    };

    /// <summary>Takes the addresses for an extent of memory of this length.</summary>
    public IommuPin? TryReserve(nuint length, out AllocationFailure? failure)
    {
        nuint mapped = length - LeftOut;
        // Aligned alike, so that whatever is aligned in memory is aligned for the device too, and 2 MiB pages are mapped as such.
        nuint alignment = nuint.Max(HostExtents.HugePage, request.Alignment);
        nuint before = Page.RoundUp(LeftOut, request.Alignment) - LeftOut;
        var wanted = new IovaRequest(mapped, alignment, LeftOut, nuint.Min(
            mapped, before + (request.Pages << Page.Shift)), new PhysicalAddress(request.Limit));
        return space.TryReserve(wanted, out failure) is { } iova ? new IommuPin(space, iova, mapped) : null;
    }
}
