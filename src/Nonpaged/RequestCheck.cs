using System.Numerics;

namespace Nonpaged;

/// <summary>What can be said of a request without looking at any memory.</summary>
internal static class RequestCheck
{
    private const nuint MaxAlignment = 1 << 30;
    private const ulong MaxLength = 1UL << 46;

    /// <summary>The small ones that need nothing but residency.</summary>
    public static bool IsForHeap(MemoryRequest request) =>
        request is { Length: <= SizeClass.MaxLength, Alignment: <= Page.Size, Contiguous: false, Pinned: false, WholePages: false, Protectable: false, Shared: Sharing.None, Caching: Caching.Any, Node: null }
        && request.HighestAcceptableAddress == PhysicalAddress.Max;

    /// <summary>A request that no memory can meet: why.</summary>
    public static AllocationFailure? Refuse(MemoryRequest request)
    {
        if (request.Length == 0)
            return new AllocationFailure(FailureKind.InvalidRequest, "A block of 0 bytes was asked for.", "the length, at least 1 byte", "ask for at least 1 byte");
        if (request.Length > MaxLength)
            return new AllocationFailure(FailureKind.InvalidRequest, $"{request.Length} bytes are more than an address space holds.", $"{MaxLength} bytes", "ask for less");
        if (request.Alignment != 0 && (!BitOperations.IsPow2(request.Alignment) || request.Alignment > MaxAlignment))
            return new AllocationFailure(FailureKind.InvalidRequest, $"The alignment {request.Alignment} is not a power of two up to 1 GiB.", "the alignment, 1 to 1073741824", "ask for a power of two");
        if (request.Caching is not (Caching.Any or Caching.Coherent or Caching.Uncached or Caching.WriteCombined))
            return new AllocationFailure(FailureKind.InvalidRequest, $"There is no caching {(int)request.Caching}.", "Any, Coherent, Uncached or WriteCombined", "ask for one of these");
        if (request.Shared is not (Sharing.None or Sharing.ReadOnly or Sharing.ReadWrite))
            return new AllocationFailure(FailureKind.InvalidRequest, $"There is no sharing {(int)request.Shared}.", "None, ReadOnly or ReadWrite", "ask for one of these");
        if (request.Node < 0) return new AllocationFailure(FailureKind.InvalidRequest, $"There is no NUMA node {request.Node}.", "the nodes of this machine, from 0", "ls -d /sys/devices/system/node/node*");
        return null;
    }

    public static PageRequest ToPages(MemoryRequest request) => new(
        Page.Count(request.Length), nuint.Max(request.Alignment, Page.Size), request.HighestAcceptableAddress.Value,
        request.Contiguous, request.Pinned, request.Protectable, request.Shared)
    {
        Caching = request.Caching,
        Node = request.Node,
    };
}
