namespace Nonpaged;

/// <summary>
/// The ways in which a pool may obtain memory from the host. Each is a rung of the ladder in
/// <see cref="NonpagedPoolOptions.Ladder"/>.
/// </summary>
public enum MemoryRung
{
    /// <summary>
    /// 1 GiB pages that the administrator reserved. Used for blocks of half of one or more and for contiguous ones above 2 MiB;
    /// for all, where it is the only rung.
    /// </summary>
    GiantPages,

    /// <summary>2 MiB pages that the administrator reserved (vm.nr_hugepages).</summary>
    HugepagePool,

    /// <summary>2 MiB pages that the kernel makes when they are asked for (vm.nr_overcommit_hugepages).</summary>
    OnDemandHugepages,

    /// <summary>
    /// An ordinary memory file, collapsed into 2 MiB pages: no privilege and no set-up (madvise(2), MADV_COLLAPSE).
    /// </summary>
    Collapsed,

    /// <summary>4 KiB pages, wherever the kernel has them.</summary>
    SmallPages,
}
