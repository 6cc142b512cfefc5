using System.Numerics;

namespace Nonpaged;

/// <summary>What can be said of a request without looking at any memory.</summary>
internal static class RequestCheck
{
    private const nuint MaxAlignment = 1 << 30;
    private const ulong MaxLength = 1UL << 46;

    /// <summary>The small ones that need nothing but residency.</summary>
    public static bool IsForHeap(MemoryRequest request) =>
        request is { Length: <= SizeClass.MaxLength, Alignment: <= Page.Size, Contiguous: false, Pin: PinDemand.WherePossible, WholePages: false, Protectable: false, Shared: Sharing.None, Caching: Caching.Any, Node: null }
        && request.HighestAcceptableAddress == PhysicalAddress.Max;

    /// <summary>Refuses a request that no memory can meet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isFixed">All memory of the pool is held in place, by construction or by an IOMMU.</param>
    /// <exception cref="ArgumentException">Something in it makes no sense.</exception>
    public static void ThrowIfWrong(MemoryRequest request, bool isFixed)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Wrong(request, isFixed) is { } wrong) throw new ArgumentException(wrong, nameof(request));
    }

    private static string? Wrong(MemoryRequest request, bool isFixed) => request switch
    {
        { Length: 0 } => "A block of 0 bytes was asked for; it must be at least 1 byte.",
        { Length: var length } when length > MaxLength => $"{request.Length} bytes are more than an address space holds ({MaxLength} bytes).",
        { Alignment: not 0 } when !BitOperations.IsPow2(request.Alignment) || request.Alignment > MaxAlignment =>
            $"The alignment {request.Alignment} is not a power of two from 1 to {MaxAlignment}.",
        { Caching: < Caching.Any or > Caching.WriteCombined } => $"There is no caching {(int)request.Caching}.",
        { Shared: < Sharing.None or > Sharing.ReadWrite } => $"There is no sharing {(int)request.Shared}.",
        { Pin: < PinDemand.WherePossible or > PinDemand.None } => $"There is no demand {(int)request.Pin} for a pin.",
        { Node: < 0 } => $"There is no NUMA node {request.Node}; nodes are numbered from 0.",
        { Pin: PinDemand.None } when DependsOnPlace(request) =>
            "Memory that is not pinned has no place: the kernel may move it. Contiguous memory, an address limit and an alignment of more than a page cannot be asked for with PinDemand.None.",
        { Pin: PinDemand.None } when isFixed || request.Caching is Caching.Uncached or Caching.WriteCombined =>
            "This memory is held in place by construction, by an IOMMU or for devices, and cannot be had without that (PinDemand.None).",
        _ => null,
    };

    /// <summary>What is told of physical addresses must stay true, so it is told of memory that can't move.</summary>
    private static PinDemand PinOf(MemoryRequest request) =>
        request.Pin == PinDemand.WherePossible && DependsOnPlace(request) ? PinDemand.Any : request.Pin;

    private static bool DependsOnPlace(MemoryRequest request) =>
        request.Contiguous || request.HighestAcceptableAddress != PhysicalAddress.Max || request.Alignment > Page.Size;

    public static PageRequest ToPages(MemoryRequest request) => new(
        Page.Count(request.Length), nuint.Max(request.Alignment, Page.Size), request.HighestAcceptableAddress.Value,
        request.Contiguous, PinOf(request), request.Protectable, request.Shared)
    {
        Caching = request.Caching,
        Node = request.Node,
    };
}
