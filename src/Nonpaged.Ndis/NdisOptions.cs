namespace Nonpaged.Ndis;

/// <summary>How an instance of NDIS behaves where the documents leave a choice.</summary>
public sealed record NdisOptions
{
    /// <summary>Which version of the documents holds.</summary>
    public NdisProfile Profile { get; init; } = NdisProfile.Ddk;

    /// <summary>
    /// NDIS_MEMORY_NONCACHED, PAGE_NOCACHE and shared memory that is not to be cached demand memory that the CPU does not cache.
    /// Otherwise coherent memory satisfies them: what the documents promise is that no cache need be flushed around DMA.
    /// </summary>
    public bool StrictNoncached { get; init; }

    /// <summary>
    /// What <see cref="StrictNoncached"/> demands: <see cref="Caching.Uncached"/>, or <see cref="Caching.WriteCombined"/>, where
    /// reads bypass the cache and writes are collected until the driver accesses a register.
    /// </summary>
    public Caching StrictCaching { get; init; } = Caching.Uncached;

    /// <summary>
    /// A breach of the rules that bind drivers (clauses C12 and C16) makes the call fail. Otherwise it is reported only.
    /// </summary>
    public bool RefuseBreaches { get; init; }

    /// <summary>
    /// Records each block with its length, its call and its driver, so that what a driver does wrong with it is told in full, and
    /// what it forgets is listed. Without it that is so of pages only: small blocks of flags 0, and those of lookaside lists,
    /// come straight from the pool's heap, which catches a bad free but knows a block's size class alone. The default instance of
    /// the process, for plain programs, is without. A pool that verifies records them in any case, as that of a machine does.
    /// </summary>
    public bool Verify { get; init; } = true;

    /// <summary>
    /// Finds writes past the end of small blocks, and writes to blocks that were freed, a device's included:
    /// <see cref="NonpagedPoolOptions.Guard"/>. For an instance on a machine; slow, and takes up to 1 MiB of its RAM.
    /// </summary>
    public bool Guard { get; init; }

    /// <summary>
    /// Puts each block beside a page without access: <see cref="NonpagedPoolOptions.GuardPages"/>. For an instance on a machine,
    /// in place of <see cref="Guard"/>.
    /// </summary>
    public GuardPages GuardPages { get; init; }

    /// <summary>
    /// Packet and buffer pools give more descriptors than they were made for, with a report: real drivers take more than they
    /// asked for. Otherwise the count is a limit, as on Windows CE.
    /// </summary>
    public bool LenientPools { get; init; }

    /// <summary>
    /// Of lines of the log that differ in numbers alone, those that tell of reports and failed calls, the 1st, 10th,
    /// 100th, ... are written.
    /// </summary>
    public bool BriefLog { get; init; }

    /// <summary>What is watched of the drivers, and made to fail; null where they are only run.</summary>
    internal Verification? Verification { get; init; }

    /// <summary>Keeps the record of every call that asked for memory, also after the memory was freed.</summary>
    public bool KeepJournal { get; init; }
}
