namespace Nonpaged;

/// <summary>
/// What kind of limit an <see cref="AllocationFailure"/> met, for programs that act upon it. New kinds may be added.
/// </summary>
public enum FailureKind
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>RLIMIT_MEMLOCK (getrlimit(2)): pins of all processes of the user, and what mlock(2) holds.</summary>
    MemoryLock,

    /// <summary>
    /// No kind of pin is permitted here: a seccomp filter, kernel.io_uring_disabled, an old kernel, or NONPAGED_PINS.
    /// </summary>
    PinForbidden,

    /// <summary>
    /// The kinds of pin that are permitted have no room left: slots of pipes
    /// (fs.pipe-user-pages-soft), or the cap in NONPAGED_PINS.
    /// </summary>
    PinLimit,

    /// <summary>
    /// No privilege helps to pin this memory: it is not mapped readable and writable, or is that of a file on a disk.
    /// </summary>
    NotPinnable,

    /// <summary>The kernel has no huge pages, or not enough of them.</summary>
    NoHugePages,

    /// <summary>Memory is there, but not in one physical piece that is long enough.</summary>
    Fragmented,

    /// <summary>No memory lies at or below the highest acceptable address.</summary>
    AddressLimit,

    /// <summary>The kernel does not tell this process where its pages are, so the guarantee can't be proven.</summary>
    FramesUnknown,

    /// <summary><see cref="NonpagedPoolOptions.Ceiling"/>.</summary>
    Ceiling,

    /// <summary>The host, or a control group, has no memory left.</summary>
    OutOfMemory,

    /// <summary>A pool that does not grow has no memory left.</summary>
    PoolExhausted,

    /// <summary>Address space (RLIMIT_AS) or the number of mappings (vm.max_map_count).</summary>
    AddressSpace,

    /// <summary>RLIMIT_NOFILE: the process has as many descriptors as it may.</summary>
    Descriptors,

    /// <summary>
    /// No region of uncached or write-combined memory can serve the request (<see cref="NonpagedPoolOptions.Regions"/>).
    /// </summary>
    NoRegion,

    /// <summary>The NUMA node has no memory, or the process may not bind memory to it.</summary>
    NoNode,

    /// <summary>No rung of <see cref="NonpagedPoolOptions.Ladder"/> can serve the request.</summary>
    NoRung,

    /// <summary>The block was not allocated to be shared.</summary>
    NotShared,

    /// <summary>The block was not allocated as protectable.</summary>
    NotProtectable,

    /// <summary>The IOMMU has no room, or refused the mapping.</summary>
    Iommu,

    /// <summary>
    /// A driver's call that the documents do not define. The methods of this library throw an
    /// <see cref="ArgumentException"/> instead.
    /// </summary>
    InvalidRequest,

    /// <summary>The kernel gave an answer that is none of the above; <see cref="AllocationFailure.Errno"/> has it.</summary>
    Kernel,
}
