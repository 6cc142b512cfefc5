using System.Runtime.CompilerServices;

namespace Nonpaged;

/// <summary>
/// The front of a pool: small blocks from the calling thread's magazines, and where these have none or no room, from the heap
/// behind them. A field of the pool and not an object, so that a hit reads what it needs of it at once: that alone stands in the
/// pool, as it is inlined into callers. Threads, tables and magazines: docs/heap.md.
/// </summary>
internal unsafe struct Front
{
    // Where the empty magazines for this pool are. A thread adds how far its own are from those. Slot 0, of no pool,
    // has empty ones in every thread.
    private nint _cache;
    private readonly ushort* _classes;
    private Chunk* _chunks;

    // None until there is a heap, written after the table that it is the length of.
    private nuint _chunkCount;

    private readonly Supply _supply;
    private readonly IdleTimer _timer;
    private readonly PoolLife _life;
    private readonly bool _hasMagazines;

    // Guards what is made at the first small block, and dropped with the pool.
    private readonly Lock _making = new();
    private MagazineHeap? _heap;
    private bool _isMade;

    /// <param name="hasMagazines">The pool's small blocks come from magazines.</param>
    /// <param name="supply">Where pages come from.</param>
    /// <param name="timer">Wakes the pool when what is kept has been kept long enough.</param>
    /// <param name="life">Of the pool.</param>
    public Front(bool hasMagazines, Supply supply, IdleTimer timer, PoolLife life)
    {
        _cache = ThreadCache.At(ThreadCache.Empty, 0);
        _classes = SizeClass.Magazines;
        _hasMagazines = hasMagazines;
        _supply = supply;
        _timer = timer;
        _life = life;
    }

    /// <summary>The heap behind the magazines, once there is one.</summary>
    public readonly MagazineHeap? Heap => _heap;

    /// <summary>Blocks of a length come from magazines.</summary>
    public readonly bool Serves(nuint length) => _hasMagazines && length is > 0 and <= SizeClass.MaxLargeLength;

    /// <summary>To which a thread adds its <see cref="ThreadTable.Current"/>, and has its magazines for the pool.</summary>
    public readonly nint Cache => _cache;

    /// <summary>Where the magazine of a length is among those (<see cref="SizeClass.Magazines"/>).</summary>
    public readonly ushort* Classes => _classes;

    /// <summary>How many chunks there are. Read before <see cref="Chunks"/>.</summary>
    public readonly nuint ChunkCount => Volatile.Read(in _chunkCount);

    public readonly Chunk* Chunks => _chunks;

    /// <summary>Takes what the loaded magazine has, up to the length of the span. How many.</summary>
    public readonly int TakeLoaded(Span<nint> blocks, nuint length)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules <= SizeClass.MaxLength / SizeClass.Granule)
            return MagazineBulk.Take((Magazine*)(cache + _classes[granules]), blocks);
        return length > SizeClass.MaxLargeLength ? 0
            : MagazineBulk.Take(ThreadCache.MagazineOf(cache, SizeClass.Of(length)), blocks);
    }

    /// <summary>
    /// Puts the first blocks into the loaded magazine, as far as they are of one class, there is room, and
    /// nothing is wrong with them. How many.
    /// </summary>
    public readonly int GiveLoaded(ReadOnlySpan<nint> blocks)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint count = ChunkCount;
        return MagazineBulk.Give(cache, count, _chunks, blocks);
    }

    /// <summary>As above, of blocks of a length: up to the first that is of another class.</summary>
    public readonly int GiveLoaded(ReadOnlySpan<nint> blocks, nuint length)
    {
        if (blocks.Length == 0 || !Serves(length)) return 0;
        nuint index = Chunk.IndexOf((nuint)blocks[0]);
        if (index >= ChunkCount || _chunks[index].SizeClass != SizeClass.Of(length)) return 0;
        return GiveLoaded(blocks);
    }

    /// <summary>
    /// Takes a block of a size class: from the spare magazine, from the depots and spans; where there is no memory for
    /// a span, what other threads do not need is collected. Null, with the reason, where there is none, or without one
    /// in a pool that has no magazines.
    /// </summary>
    public void* TakeSlowly(int sizeClass, out AllocationFailure? failure)
    {
        failure = null;
        if (TakeSpare(sizeClass) is not 0 and var spare) return (void*)spare;
        if (Make() is not { } heap) return null;
        nuint block = heap.Take(sizeClass, out failure);
        if (block == 0 && heap.Trim()) block = heap.Take(sizeClass, out failure);
        return (void*)block;
    }

    /// <summary>
    /// A large block that the loaded magazine of its class has. Null where it has none, or the length is not of such a block.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void* TakeLoadedLarge(nuint length)
    {
        if (length - SizeClass.MaxLength - 1 >= SizeClass.MaxLargeLength - SizeClass.MaxLength) return null;
        Magazine* magazine = ThreadCache.MagazineOf(_cache + ThreadTable.Current, SizeClass.OfLarge(_classes, length));
        nuint* top = magazine->Top;
        return top != magazine->Floor ? (void*)Magazine.Pop(magazine, top) : null;
    }

    /// <summary>A large block without a record, from the magazines' heap; null where that has none of such a length.</summary>
    public void* TakeLarge(nuint length)
    {
        void* block = TakeLoadedLarge(length);
        if (block != null || length <= SizeClass.MaxLength || !Serves(length)) return block;
        try
        {
            return TakeSlowly(SizeClass.Of(length), out _);
        }
        catch (AllocationException)
        {
            // The thread has no magazines, for want of address space.
            return null;
        }
    }

    /// <summary>
    /// Loads the magazine for blocks of a length, with as many as are wanted or fewer. False where there is no memory for
    /// one, or the pool has no magazines.
    /// </summary>
    public bool TryLoad(nuint length, int wanted) =>
        Serves(length) && Make() is { } heap && heap.TryLoad(SizeClass.Of(length), wanted, out _);

    /// <summary>
    /// Gives back a block when the loaded magazine has no room: into the spare one, which becomes the loaded one, as
    /// bursts go from one to the other.
    /// </summary>
    public readonly bool TryGiveSpare(nuint address)
    {
        nuint index = Chunk.IndexOf(address);
        if (index >= Volatile.Read(in _chunkCount)) return false;
        Chunk chunk = _chunks[index];
        var magazine = (Magazine*)(_cache + ThreadTable.Current + chunk.Magazine);
        // A full one has no room either, and one of no class has none at all.
        if (magazine->SpareLength >= magazine->Length) return false;
        ushort* state = chunk.StateOf(address);
        if (HeapChecks.IsOn && *state != Chunk.InUse(address)) return false;
        magazine->Swap();
        magazine->Push(address, state);
        return true;
    }

    /// <summary>
    /// Gives back a block of the heap, or says that its length is another. Null where the address is not of one in use.
    /// </summary>
    public readonly BadFree? TryGiveSlowly(nuint address, nuint? length)
    {
        if (_heap?.ClassOfBlock(address) is not (> 0 and var sizeClass)) return null;
        if (length is { } given && !SizeClass.MayHold(sizeClass, given)) return BadFree.WrongLength;
        return _heap.TryGive(address) ? BadFree.None : null;
    }

    /// <summary>The class of the block of the heap that starts at an address, or 0.</summary>
    public readonly int ClassOf(nuint address) => _heap?.ClassOfBlock(address) ?? 0;

    /// <summary>The heap, made at the first small block, or reservation. Null where the pool has none.</summary>
    public MagazineHeap? Make()
    {
        if (_heap is { } heap && !_life.IsOver) return heap;
        lock (_making)
        {
            _life.ThrowIfOver();
            if (_isMade || !_hasMagazines) return _heap;
            _isMade = true;
            _heap = MagazineHeap.TryCreate(_supply, _timer, _life);
            if (_heap is null) return null;
            _cache = ThreadCache.At(ThreadCache.Empty, _heap.Slot);
            _chunks = _heap.Table.Entries;
            Volatile.Write(ref _chunkCount, ChunkTable.Count);
            return _heap;
        }
    }

    /// <summary>
    /// The pool ends: calls that begin from here on find no magazines. The heap goes when the memory has
    /// (<see cref="MagazineHeap.Dispose"/>).
    /// </summary>
    public void Close()
    {
        lock (_making)
        {
            _chunkCount = 0;
            _cache = ThreadCache.At(ThreadCache.Empty, 0);
        }
    }

    /// <summary>
    /// A block of the spare magazine, which becomes the loaded one: bursts go from one to the other, so this
    /// is short. 0 where there is none.
    /// </summary>
    private readonly nuint TakeSpare(int sizeClass)
    {
        Magazine* magazine = ThreadCache.MagazineOf(_cache + ThreadTable.Current, sizeClass);
        if (magazine->SpareTop == magazine->SpareFloor) return 0;
        magazine->Swap();
        return magazine->Pop();
    }
}
