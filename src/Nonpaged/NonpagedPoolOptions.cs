namespace Nonpaged;

/// <summary>How a pool is made.</summary>
public sealed record NonpagedPoolOptions
{
    /// <summary>Every rung, the best one first.</summary>
    public static IReadOnlyList<MemoryRung> DefaultLadder { get; } =
        [
            MemoryRung.GiantPages, MemoryRung.HugepagePool, MemoryRung.OnDemandHugepages, MemoryRung.Collapsed,
            MemoryRung.SmallPages,
        ];

    /// <summary>
    /// The pool's name, in errors, in /proc/PID/maps and in the meter. Where it is left empty the pool is called
    /// "pool-" and how many pools the process has made; <see cref="NonpagedPool.Default"/> is called "default".
    /// </summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Records exact length and owner of each small block, too, and remembers recent frees, so that a bad free is told in full.
    /// Whole pages are always recorded.
    /// </summary>
    public bool Verify { get; init; }

    /// <summary>
    /// Puts a guard behind each small block, and keeps freed ones filled with a pattern for a while, so that a write past the end
    /// or after the free is found (<see cref="NonpagedPool.Corrupted"/>), a device's included. Slow, and takes up to 1 MiB more.
    /// With <see cref="Verify"/> only.
    /// </summary>
    public bool Guard { get; init; }

    /// <summary>
    /// Puts each block on pages of its own, with a page without access at its end or before its start, and keeps freed ones
    /// without access while there is memory for others: what reads or writes where it must not faults at once. Writes of devices
    /// to freed blocks are found as with <see cref="Guard"/>. A block ends at its page's end, so that it is aligned to no more
    /// than its length is. Takes two pages or more for each block. With <see cref="Verify"/> only.
    /// </summary>
    public GuardPages GuardPages { get; init; }

    /// <summary>
    /// Keeps the stack of each allocation of a block that has a record (<see cref="MemoryBlock.AllocationStack"/>), so that
    /// <see cref="NonpagedPool.LeftBehind"/> tells who forgot it. Small blocks that are asked for by their length alone have a
    /// record with <see cref="Verify"/> only. For finding leaks: each such allocation walks the stack.
    /// </summary>
    public bool AllocationStacks { get; init; }

    /// <summary>The pool never holds more than this many bytes.</summary>
    public long Ceiling { get; init; } = long.MaxValue;

    /// <summary>
    /// The rungs by which the pool grows, in the order in which they are tried. A rung that is left out is
    /// forbidden; a single one is forced.
    /// </summary>
    public IReadOnlyList<MemoryRung> Ladder { get; init; } = DefaultLadder;

    /// <summary>
    /// The kinds of pin that the pool may use, the best one first: <see cref="PinKind.IoUring"/> and
    /// <see cref="PinKind.Pipe"/>. An operator can forbid a kind, or cap its bytes in the whole process, by the environment
    /// variable NONPAGED_PINS: "io_uring,pipe=256M".
    /// </summary>
    public IReadOnlyList<PinKind> Pins { get; init; } = [PinKind.IoUring, PinKind.Pipe];

    /// <summary>
    /// The least by which the pool grows, in bytes; rounded up to 2 MiB. What it holds decides how much more it takes: a quarter
    /// of that, up to <see cref="Step"/>. A request that is larger gets what it needs.
    /// </summary>
    public long FirstExtent { get; init; } = 2 << 20;

    /// <summary>
    /// The most by which the pool grows ahead of a request, in bytes; rounded up to 2 MiB. A pool grows by a 64th of
    /// what it holds where that is more.
    /// </summary>
    public long Step { get; init; } = 16 << 20;

    /// <summary>
    /// How many bytes that nobody uses are kept for a while (<see cref="IdleRelease"/>). What is above goes back to the kernel at
    /// once. Freed blocks from 64 KiB to 2 MiB are kept ready for the next ones up to as many bytes beside.
    /// </summary>
    public long IdleKept { get; init; } = 128 << 20;

    /// <summary>
    /// After how long memory that nobody uses goes back to the kernel; it may be a tenth later. Zero is at once, small blocks
    /// included, which makes these slow; <see cref="Timeout.InfiniteTimeSpan"/> is never. What was reserved stays.
    /// </summary>
    public TimeSpan IdleRelease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Fills freed blocks with zeros at once, for secrets. Without it they are cleared when they are handed out again to a
    /// request that gets zeros (<see cref="MemoryRequest.Zeroed"/>).
    /// </summary>
    public bool ZeroOnFree { get; init; }

    /// <summary>
    /// All memory of the pool may be exported, each block together with its neighbours in the same memory file. With
    /// <see cref="Sharing.None"/> only blocks that ask for it are, and these get memory files of their own.
    /// </summary>
    public Sharing Sharing { get; init; }

    /// <summary>
    /// How many bytes are looked through at most for a long physical range, or for frames below a limit. They are taken from the
    /// host for the time of the search, and what is not used goes back.
    /// </summary>
    public long SearchEffort { get; init; } = 256 << 20;

    /// <summary>
    /// Memory that is not the kernel's, for what ordinary memory cannot be: uncached, write-combined, or of physical addresses
    /// that the kernel would not give. Of pools of host memory alone.
    /// </summary>
    public IReadOnlyList<MemoryRegion> Regions { get; init; } = [];

    /// <summary>
    /// Devices are told the physical addresses of blocks: all memory is pinned and its frames are known, whatever the single
    /// request says; what is not so is not taken.
    /// </summary>
    public bool ForDevices { get; init; }

    /// <summary>Is given each ring that pins memory before it pins any, and keeps it from ending with this process.</summary>
    internal PinHolding? HoldPins { get; init; }
}
