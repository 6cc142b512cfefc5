namespace Nonpaged.Cli;

/// <summary>A pinned block of a pool.</summary>
internal sealed unsafe class PooledMemory() : Subject("nonpaged")
{
    private const string PoolName = "prove";

    private readonly NonpagedPool _pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = PoolName });
    private MemoryBlock? _block;

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
            string name = $"/memfd:nonpaged:{PoolName}:";
            return
            [
                .. Directory.EnumerateFileSystemEntries("/proc/self/fd")
                    .Where(path => new FileInfo(path).LinkTarget?.StartsWith(name, StringComparison.Ordinal) == true),
            ];
        }
    }

    /// <summary>The frames stay those that the pool read after the pin, so that whatever moves at any time is counted from then on.</summary>
    public override void Restore() => Fill();

    public override void Dispose()
    {
        base.Dispose();
        _pool.Dispose();
    }

    protected override string? TryObtain(nuint length, out byte* start)
    {
        var request = new MemoryRequest(length) { Alignment = HostExtents.HugePage, Pin = PinDemand.Any, WholePages = true };
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
        var frames = new ulong[Pages];
        for (ulong page = 0; page < Pages; page++)
        {
            if (!_pool.TryTranslate(Start + page * Page.Size, out PhysicalAddress physical)) return null;
            frames[page] = physical.Value;
        }

        return frames;
    }
}
