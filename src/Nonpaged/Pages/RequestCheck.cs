using System.Numerics;

namespace Nonpaged;

/// <summary>What can be said of a request without looking at any memory.</summary>
internal static class RequestCheck
{
    private const nuint MaxAlignment = 1 << 30;
    private const ulong MaxLength = 1UL << 46;

    /// <summary>The small ones that need nothing but residency.</summary>
    public static bool IsForHeap(MemoryRequest request) => request.Length <= SizeClass.MaxLength && IsPlain(request);

    /// <summary>The block is handed out filled with zeros (docs/guarantees.md, Zeroed).</summary>
    public static bool IsZeroed(MemoryRequest request) => request.Zeroed || !IsPlain(request);

    /// <summary>It asks for length and alignment alone, and for zeros or not.</summary>
    private static bool IsPlain(MemoryRequest request) =>
        request is
        {
            Alignment: <= Page.Size, Contiguous: false, Pin: PinDemand.WherePossible,
            WholePages: false, Protectable: false, Shared: Sharing.None, Caching: Caching.Any, Node: null
        }
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

    /// <summary>Refuses a group of blocks that no memory file can hold.</summary>
    /// <param name="request">What each needs.</param>
    /// <param name="count">How many.</param>
    /// <param name="isFixed">All memory of the pool is held in place, by construction or by an IOMMU.</param>
    /// <param name="given">The name of a pool whose memory a machine gave; null for another.</param>
    /// <exception cref="ArgumentException">Something in it makes no sense.</exception>
    /// <exception cref="InvalidOperationException">A machine gave the pool's memory.</exception>
    public static void ThrowIfWrongGroup(MemoryRequest request, int count, bool isFixed, string? given)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ThrowIfWrong(request, isFixed);
        if (request.Shared == Sharing.None)
            throw new ArgumentException("Blocks of a group are shared: MemoryRequest.Shared.", nameof(request));
        if (given is not null)
        {
            throw new InvalidOperationException(
                $"The memory of the pool \"{given}\" was given by a machine, so no memory file can be made for a group.");
        }

        if (request.Alignment > Page.Size)
        {
            throw new ArgumentException(
                "The blocks of a group follow each other, so each starts on a page; ask for longer ones.", nameof(request));
        }

        if (Page.Count(request.Length) > (nuint.MaxValue >> 1) / Page.Size / (nuint)count)
        {
            throw new ArgumentException(
                $"{count} blocks of {request.Length} bytes are more than an address space holds.", nameof(count));
        }
    }

    /// <summary>Refuses to reserve for a block with a memory file of its own.</summary>
    public static void ThrowIfOfItsOwn(MemoryRequest request, NonpagedPoolOptions options)
    {
        if (request.Shared > options.Sharing)
        {
            throw new ArgumentException(
                "A block that is exported has a memory file of its own. NonpagedPoolOptions.Sharing makes a pool whose blocks "
                    + "may all be exported.", nameof(request));
        }
    }

    private static string? Wrong(MemoryRequest request, bool isFixed) => request switch
    {
        { Length: 0 } => "A block of 0 bytes was asked for; it must be at least 1 byte.",
        { Length: var length } when length > MaxLength =>
            $"{request.Length} bytes are more than an address space holds ({MaxLength} bytes).",
        { Alignment: not 0 } when !BitOperations.IsPow2(request.Alignment) || request.Alignment > MaxAlignment =>
            $"The alignment {request.Alignment} is not a power of two from 1 to {MaxAlignment}.",
        { Caching: < Caching.Any or > Caching.WriteCombined } => $"There is no caching {(int)request.Caching}.",
        { Shared: < Sharing.None or > Sharing.ReadWrite } => $"There is no sharing {(int)request.Shared}.",
        { Pin: < PinDemand.WherePossible or > PinDemand.None } => $"There is no demand {(int)request.Pin} for a pin.",
        { Node: < 0 } => $"There is no NUMA node {request.Node}; nodes are numbered from 0.",
        { Pin: PinDemand.None } when DependsOnPlace(request) =>
            "Memory that is not pinned has no place: the kernel may move it. Contiguous memory, an address limit and an "
                + "alignment of more than a page cannot be asked for with PinDemand.None.",
        { Pin: PinDemand.None } when isFixed || request.Caching is Caching.Uncached or Caching.WriteCombined =>
            "This memory is held in place by construction, by an IOMMU or for devices, and cannot be allocated without that "
                + "(PinDemand.None).",
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
