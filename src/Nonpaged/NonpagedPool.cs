using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged;

/// <summary>
/// Resident memory in one physical address space: the host's frames, the addresses of an IOMMU, or a machine's RAM. Thread-safe,
/// and may be disposed beside any call.
/// </summary>
// A facade: it passes each call on to the part that it is for, and has no lock. Blocks come from Front (small ones),
// RecordedHeap (small ones under a lock) or WholePages (all others); the pages of all three from Supply and PageStore.
// docs/architecture.md draws them.
public sealed unsafe partial class NonpagedPool : IDisposable
{
    /// <summary>The length in bytes up to which blocks share pages.</summary>
    public const int LongestSmallBlock = SizeClass.MaxLength;

    /// <summary>
    /// The length up to which a block that is asked for by its length alone has no record, and comes from the thread's magazines.
    /// </summary>
    internal const int LongestUnrecorded = SizeClass.MaxLargeLength;

    private static readonly Lock s_defaultGate = new();
    private static NonpagedPool? s_default;
    private static long s_count;

    private Front _front;
    private readonly PoolLife _life;
    private readonly IdleTimer _timer;
    private readonly PageStore _pages;
    private readonly Supply _supply;
    private readonly RecordedHeap _recorded;
    private readonly FencedBlocks? _fenced;
    private readonly WholePages _whole;
    private readonly BlockIndex _index;
    private readonly Importer _importer;
    private readonly Exporter _exporter;
    private readonly NonpagedMemoryPool _memoryPool;
    private readonly PoolEvents _events;

    private NonpagedPool(NonpagedPoolOptions given, bool grows, IommuAddressSpace? iommu = null)
    {
        Platform.ThrowIfOther();
        NonpagedPoolOptions options = given.Name.Length > 0 ? given : given with { Name = $"pool-{Number}" };
        PoolOptionsCheck.ThrowIfWrong(options, isHost: grows && iommu is null);
        Options = options;
        HostExtents? host = grows ? new HostExtents(options, iommu) : null;
        IsFixed = host is null || iommu is not null || options.ForDevices;
        FreedBlocks? freed = options.Verify ? new FreedBlocks() : null;
        _events = new PoolEvents(options.Name);
        _life = new PoolLife(options.Name);
        _timer = new IdleTimer(options.IdleRelease, OnIdleTimer);
        _pages = new PageStore(_life);
        _supply = new Supply(options, host, _life, _pages, _timer, _events);
        _front = new Front(PoolOptionsCheck.HasMagazines(options, grows), _supply, _timer, _life);
        _recorded = new RecordedHeap(options, _life, _pages, _supply, freed);
        _whole = new WholePages(this, _life, _pages, _supply, freed);
        _fenced = options.GuardPages == GuardPages.None ? null : new FencedBlocks(this, _life, _pages, _supply, freed);
        _index = new BlockIndex(_pages, _recorded, _fenced, freed);
        _importer = new Importer(host?.Pins.Rings, iommu);
        _exporter = new Exporter(options, _pages, isHost: grows);
        _memoryPool = new NonpagedMemoryPool(this);
        PoolMetrics.Add(this);
        // The thread of timers starts now: where mappings are scarce, one that starts takes the collector's last.
        _timer.Start();
    }

    /// <summary>The process's own pool, of host memory. Made at the first use; it lives as long as the process.</summary>
    /// <exception cref="AllocationException">The process has no address space for it. A later call tries again.</exception>
    public static NonpagedPool Default
    {
        get
        {
            if (Volatile.Read(ref s_default) is { } pool) return pool;
            lock (s_defaultGate) return s_default ??= Create(new NonpagedPoolOptions { Name = "default" });
        }
    }

    /// <summary>How the pool was made.</summary>
    public NonpagedPoolOptions Options { get; }

    /// <summary>
    /// What was still in use when the pool was disposed; null before. The blocks' requests, with their owners, can still be read.
    /// </summary>
    public PoolLeftovers? Leftovers { get; private set; }

    /// <summary>Its memory is gone: <see cref="Dispose"/> was called, and may not have returned.</summary>
    public bool IsDisposed => _life.IsOver;

    /// <summary>No other pool of the process has it.</summary>
    internal nint Number { get; } = (nint)Interlocked.Increment(ref s_count);

    /// <summary>All memory of the pool is held in place, by construction or by an IOMMU.</summary>
    private bool IsFixed { get; }

    /// <summary>A further pool of host memory, which grows by the first rung of the ladder that gives memory.</summary>
    /// <exception cref="AllocationException">One of <see cref="NonpagedPoolOptions.Regions"/> cannot be mapped.</exception>
    public static NonpagedPool Create(NonpagedPoolOptions? options = null)
    {
        var pool = new NonpagedPool(options ?? new NonpagedPoolOptions(), grows: true);
        return pool.With(RegionExtent.Map(pool.Options.Regions));
    }

    /// <summary>
    /// A pool of host memory whose physical addresses are those of an IOMMU: whatever frames it is of, any length is contiguous,
    /// at or below any limit, as far as the IOMMU's address space goes. It must be disposed before the address space ends.
    /// </summary>
    public static NonpagedPool Create(IommuAddressSpace iommu, NonpagedPoolOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(iommu);
        return new NonpagedPool(options ?? new NonpagedPoolOptions { Name = iommu.Name }, grows: true, iommu);
    }

    /// <summary>
    /// A pool over memory that a machine hands in: a file, and where its bytes lie in the machine's physical address space. The
    /// descriptor stays the caller's. The pool does not grow.
    /// </summary>
    /// <exception cref="ArgumentException">Pieces are not whole pages of 4096 bytes, or overlap.</exception>
    /// <exception cref="AllocationException">The memory cannot be mapped.</exception>
    public static NonpagedPool Over(
        SafeFileHandle descriptor, IReadOnlyList<MemoryPiece> layout, NonpagedPoolOptions? options = null)
    {
        var pool = new NonpagedPool(options ?? new NonpagedPoolOptions { Name = "machine" }, grows: false);
        return pool.With(MachineExtents.Map(descriptor, layout, pool.Options.Name));
    }

    /// <summary>Allocates a block, or throws.</summary>
    /// <exception cref="AllocationException">A guarantee cannot be given; the failure says which, why,
    /// and what would help.</exception>
    /// <exception cref="ArgumentException">No memory could meet the request: 0 bytes, an alignment that is no power of two,
    /// contiguous memory without a pin.</exception>
    /// <exception cref="ObjectDisposedException">The pool is disposed, before the call or while it ran.</exception>
    public MemoryBlock Allocate(MemoryRequest request) =>
        TryAllocate(request, out MemoryBlock? block, out AllocationFailure? failure) ? block
            : throw new AllocationException(failure);

    /// <summary>Allocates a block of resident memory, or throws. Its contents are undefined.</summary>
    /// <param name="length">Size in bytes, at least 1.</param>
    /// <inheritdoc cref="Allocate(MemoryRequest)"/>
    public MemoryBlock Allocate(long length) => Allocate(new MemoryRequest(length));

    /// <summary>Allocates a block, or says why that is not possible. Never gives less than was asked for.</summary>
    /// <inheritdoc cref="Allocate(MemoryRequest)"
    /// path="/exception[@cref='T:System.ArgumentException' or @cref='T:System.ObjectDisposedException']"/>
    public bool TryAllocate(
        MemoryRequest request, [NotNullWhen(true)] out MemoryBlock? block, [NotNullWhen(false)] out AllocationFailure? failure)
    {
        RequestCheck.ThrowIfWrong(request, IsFixed);
        int sizeClass = _fenced is null && RequestCheck.IsForHeap(request) ? _recorded.ClassOf(request) : 0;
        block = Take(request, sizeClass, out failure);
        if (block is null && TryFindMore(isSmall: sizeClass != 0, failure)) block = Take(request, sizeClass, out failure);
        if (block is not null) _events.OnAllocated();
        else _events.OnFailed(failure);
        return block is not null;
    }

    /// <summary>
    /// Gives back to the pool, and from there by its policy to the kernel, what is kept for the next allocations of small
    /// blocks: by the calling thread, by threads that have ended, and between threads. What other threads that run keep stays
    /// theirs: up to 256 blocks of a size.
    /// </summary>
    /// <remarks>
    /// With <see cref="NonpagedPoolOptions.Guard"/> freed blocks that are kept from use are looked at, and go back.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void Trim()
    {
        _front.Make()?.Trim();
        _recorded.GiveKept();
        _fenced?.GiveKept();
        TellCorruptions();
    }

    /// <summary>
    /// Gives all memory back at once, blocks in use included; <see cref="LeftBehind"/> and <see cref="Leftovers"/> tell which.
    /// May be called beside any other call of any thread: these complete, or throw an <see cref="ObjectDisposedException"/>.
    /// Later calls of <see cref="Dispose"/> do nothing, nor does one of <see cref="Default"/>.
    /// </summary>
    /// <remarks>
    /// No address of the pool may be used afterwards. The address range stays reserved without access, so that a stale pointer
    /// faults and writes to nothing new: until the process runs short of address space, or has disposed of pools with more than 1
    /// TiB, or more than 1024 extents, since then.
    /// </remarks>
    public void Dispose()
    {
        HeapHook.Step();
        if (this == Volatile.Read(ref s_default) || !_life.TryEnd()) return;
        _front.Close();
        _timer.Dispose();
        _memoryPool.Leave();
        _life.AwaitHolders();
        HeapHook.Step();
        Leftovers = _supply.Close([.. _recorded.Close(), .. _fenced?.Blocks ?? []]);
        _importer.Dispose();
        // When the memory is gone: a thread that ends at this moment gives back until then.
        _front.Heap?.Dispose();
        _events.OnDisposed(Leftovers);
    }

    /// <summary>Gives a block back. Does nothing where it was given back, or the pool is gone.</summary>
    internal void Free(MemoryBlock block)
    {
        if (Options.Verify && !_life.IsOver) CheckPins();
        if (_fenced is not null) _fenced.Give(block);
        else if (block.Place == 0) _recorded.Give(block);
        else _whole.Give(block);
        TellCorruptions();
    }

    /// <summary>A block of this length comes from magazines, without a record.</summary>
    internal bool HasUnrecorded(nuint length) => _front.Serves(length);

    internal void ThrowIfDisposed() => _life.ThrowIfOver();

    /// <summary>Keeps the memory where it is until disposed of.</summary>
    internal PoolLife.Holding Hold() => _life.Hold();

    internal void OnIdleTimer()
    {
        if (_life.IsOver) return;
        HeapHook.Step();
        _front.Heap?.TrimKept();
        HeapHook.Step();
        _supply.ReleaseIdle();
    }

    /// <summary>Takes over extents, which are mapped when their turn comes; where one cannot be, the pool is gone.</summary>
    private NonpagedPool With(IEnumerable<Extent> extents)
    {
        try
        {
            foreach (Extent extent in extents)
            {
                if (_pages.Add(extent) is { } failure) throw new AllocationException(failure);
            }

            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private MemoryBlock? Take(MemoryRequest request, int sizeClass, out AllocationFailure? failure) =>
        _fenced is not null ? _fenced.Take(request, out failure)
        : sizeClass != 0 ? TakeRecorded(request, sizeClass, out failure)
        : _whole.Take(request, out failure);

    private MemoryBlock? TakeRecorded(MemoryRequest request, int sizeClass, out AllocationFailure? failure)
    {
        var block = new MemoryBlock(this, request);
        if (_recorded.Take(sizeClass, block, out failure) == 0) return null;
        if (!request.Zeroed) return block;
        using (_life.Hold()) NativeMemory.Clear((void*)block.LastStart, request.Length);
        return block;
    }

    /// <summary>Gives back what is kept and may be what is missing. Whether there was any.</summary>
    private bool TryFindMore(bool isSmall, AllocationFailure? failure)
    {
        bool any = !isSmall && failure?.Kind != FailureKind.NoRegion && _front.Heap?.Trim() == true;
        if (!_recorded.IsGuarded) return any;
        _recorded.GiveKept();
        // Before the block is there: where this throws, nobody would have it.
        TellCorruptions();
        return true;
    }
}
