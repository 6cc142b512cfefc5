namespace Nonpaged.Cli;

/// <summary>A block of a pool, pinned by one kind of pin.</summary>
internal sealed unsafe class PooledMemory : Subject
{
    public const string OurName = "nonpaged";

    private readonly string _poolName;
    private readonly NonpagedPool _pool;
    private readonly nuint _alignment;
    private MemoryBlock? _block;

    /// <param name="kind">The pin.</param>
    /// <param name="rung">The only rung by which it is obtained; null for the best one.</param>
    public PooledMemory(PinKind kind, MemoryRung? rung = null)
        : base(OurName)
    {
        Pin = PinName.Of(kind);
        // Single pages have no alignment of more than a page; a block of whole extents starts on 2 MiB all the same.
        _alignment = (nuint)(rung == MemoryRung.SmallPages ? Page.Size : HostExtents.HugePage);
        _poolName = rung is null ? $"prove-{Pin}" : $"prove-{Pin}-{rung}";
        _pool = NonpagedPool.Create(new NonpagedPoolOptions
        {
            Name = _poolName,
            Pins = [kind],
            Ladder = rung is { } only ? [only] : NonpagedPoolOptions.DefaultLadder,
        });
    }

    public override string Pin { get; }

    public override string? Rung => _block?.Obtained.Rung;

    /// <summary>The pool that the block is of, as it is at this moment.</summary>
    public PoolMap Map => _pool.GetMap();

    /// <summary>Why there is no such block.</summary>
    public AllocationFailure? Failure { get; private set; }

    public override IReadOnlyList<string> Files
    {
        get
        {
            // memfd_create(2): the link reads "/memfd:NAME (deleted)".
            string name = $"/memfd:nonpaged:{_poolName}:";
            return
            [
                .. Directory.EnumerateFileSystemEntries("/proc/self/fd")
                    .Where(path => new FileInfo(path).LinkTarget?.StartsWith(name, StringComparison.Ordinal) == true),
            ];
        }
    }

    /// <summary>
    /// The frames stay those that the pool read after the pin, so that whatever moves at any time is counted from then on.
    /// </summary>
    public override void Restore() => Fill();

    public override void Dispose()
    {
        base.Dispose();
        _pool.Dispose();
    }

    protected override string? TryObtain(nuint length, out byte* start)
    {
        var request = new MemoryRequest(length) { Alignment = _alignment, Pin = PinDemand.Any, WholePages = true };
        _pool.TryAllocate(request, out _block, out AllocationFailure? failure);
        Failure = failure;
        start = _block is null ? null : (byte*)_block.Address;
        return failure?.Reason;
    }

    public override void Release()
    {
        _block?.Dispose();
        _block = null;
    }

    /// <summary>What the pool tells its users, so that it is this that must not change.</summary>
    protected override ulong[]? ReadFirstFrames()
    {
        ulong[] frames = new ulong[Pages];
        for (ulong page = 0; page < Pages; page++)
        {
            if (!_pool.TryTranslate(Start + page * Page.Size, out PhysicalAddress physical)) return null;
            frames[page] = physical.Value;
        }

        return frames;
    }
}
