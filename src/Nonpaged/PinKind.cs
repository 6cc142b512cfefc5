namespace Nonpaged;

/// <summary>What keeps the physical address of memory from changing.</summary>
public enum PinKind
{
    /// <summary>Nothing: the kernel may move it, and it has no physical address that could be told.</summary>
    None,

    /// <summary>
    /// Its physical address is fixed by construction: a machine's RAM, or a region that the kernel does not manage.
    /// </summary>
    Fixed,

    /// <summary>The mapping of an IOMMU (VFIO_IOMMU_MAP_DMA), a long-term pin.</summary>
    Iommu,

    /// <summary>
    /// An io_uring registered buffer (io_uring_register(2)), a long-term pin (FOLL_LONGTERM). Needs io_uring,
    /// and is charged to RLIMIT_MEMLOCK.
    /// </summary>
    IoUring,

    /// <summary>
    /// A reference to each page, held in a pipe (splice(2), vmsplice(2)): the kernel neither moves nor frees a page that is
    /// referenced. Needs no privilege and no memlock, but a slot of a pipe for each page (fs.pipe-user-pages-soft). Not a
    /// long-term pin: such a page may lie in a movable zone, where a long-term pin by AF_XDP, RDMA, VFIO or io_uring then fails;
    /// and offlining that memory fails.
    /// </summary>
    Pipe,
}
