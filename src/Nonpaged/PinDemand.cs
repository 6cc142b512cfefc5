namespace Nonpaged;

/// <summary>What a request says of pinning (<see cref="MemoryRequest.Pin"/>).</summary>
public enum PinDemand
{
    /// <summary>
    /// Pinned where a kind of pin is possible, otherwise only resident; the block says which. A contiguous or
    /// limited request is always pinned.
    /// </summary>
    WherePossible,

    /// <summary>Pinned, by whichever kind is possible, or the request fails.</summary>
    Any,

    /// <summary>
    /// Pinned long-term (FOLL_LONGTERM): <see cref="PinKind.IoUring"/>, <see cref="PinKind.Iommu"/> or
    /// <see cref="PinKind.Fixed"/>, or the request fails.
    /// </summary>
    LongTerm,

    /// <summary>
    /// Not pinned: memory that AF_XDP, RDMA, VFIO or io_uring will pin by themselves, which would be charged to RLIMIT_MEMLOCK
    /// twice. It is kept resident by mlock(2), or is of the kernel's huge pages. It has no physical address.
    /// </summary>
    None,
}
