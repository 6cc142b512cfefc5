namespace Nonpaged;

/// <summary>
/// Small blocks, cached and without a limit, for any number of threads: each has magazines of its own, which it takes from and frees into without a lock, and exchanges whole
/// ones with the depot of the size class.
/// </summary>
internal sealed unsafe class MagazineHeap
{
    // Held while what is kept goes back: the table that this needs must not go meanwhile. Taken before all others.
    private readonly Lock _returning = new();
    private readonly Lock _gate = new();
    private readonly List<HeapThread> _threads = [];
    private readonly Depot?[] _depots = new Depot?[SizeClass.Count];
    private readonly ISpanSource _source;
    private bool _isDisposed;

    private MagazineHeap(ISpanSource source, ChunkTable table, int slot)
    {
        _source = source;
        Table = table;
        Slot = slot;
    }

    /// <summary>The pool's place in each thread's table.</summary>
    public int Slot { get; }

    public ChunkTable Table { get; }

    /// <summary>The calling thread's magazines.</summary>
    public nint Cache => HeapThread.Current.CacheFor(this);

    /// <summary>Null where all slots are taken, or there is no address space for its table.</summary>
    public static MagazineHeap? TryCreate(ISpanSource source)
    {
        int slot = PoolSlots.Take();
        ChunkTable? table = slot == 0 ? null : ChunkTable.TryCreate();
        if (table is not null) return new MagazineHeap(source, table, slot);
        if (slot != 0) PoolSlots.Release(slot);
        return null;
    }

    /// <summary>Takes a block when the loaded magazine has none. 0, with the reason, where there is no memory.</summary>
    public nuint Allocate(int sizeClass, out AllocationFailure? failure) =>
        TryLoad(sizeClass, 1, out failure) ? ThreadCache.MagazineOf(Cache, sizeClass)->Pop() : 0;

    /// <summary>Loads the thread's magazine where it is empty: from the spans with up to as many blocks as are wanted. False, with the reason, where there is no memory.</summary>
    public bool TryLoad(int sizeClass, int wanted, out AllocationFailure? failure)
    {
        Magazine* magazine = ThreadCache.MagazineOf(Cache, sizeClass);
        failure = null;
        if (magazine->Top != magazine->Floor) return true;
        if (magazine->SpareTop == magazine->SpareFloor) return DepotOf(sizeClass).Load(magazine, wanted, out failure);
        magazine->Swap();
        return true;
    }

    /// <summary>The class of the block in use that starts at an address, or 0. Without the checks, of any address in a span.</summary>
    public int ClassOfBlock(nuint address)
    {
        // Its table is gone.
        if (_isDisposed) return 0;
        Chunk chunk = Table.Find(address);
        return chunk.SizeClass != 0 && (!HeapChecks.IsOn || *chunk.StateOf(address) == Chunk.InUse(address)) ? chunk.SizeClass : 0;
    }

    /// <summary>Frees a block of the heap that is in use. False where the address is not one.</summary>
    public bool TryFree(nuint address)
    {
        int sizeClass = ClassOfBlock(address);
        if (sizeClass == 0) return false;
        Magazine* magazine = ThreadCache.MagazineOf(Cache, sizeClass);
        if (magazine->Top == magazine->Ceiling)
        {
            if (magazine->SpareLength < magazine->Length) magazine->Swap();
            else DepotOf(sizeClass).Unload(magazine);
        }

        magazine->Push(address, Table.StateOf(address));
        return true;
    }

    /// <summary>A thread uses the heap from here on.</summary>
    public void Add(HeapThread thread)
    {
        HeapThread[] ended;
        using (HeapHook.Enter(_gate))
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ended = [.. _threads.Where(other => other.HasEnded)];
            _threads.Add(thread);
        }

        foreach (HeapThread other in ended) other.End();
    }

    public void Remove(HeapThread thread)
    {
        using (HeapHook.Enter(_gate)) _threads.Remove(thread);
    }

    /// <summary>Takes everything out of a thread's magazines. Whether there was any.</summary>
    public bool Flush(nint cache, bool keep)
    {
        bool any = false;
        for (int i = 1; i < _depots.Length; i++) any |= _depots[i]?.Flush(ThreadCache.MagazineOf(cache, i), keep) ?? false;
        return any;
    }

    /// <summary>Gives back what ended threads and the depots have. Whether there was any.</summary>
    public bool TrimShared()
    {
        using Lock.Scope returning = HeapHook.Enter(_returning);
        HeapThread[] ended;
        using (HeapHook.Enter(_gate))
        {
            // The idle timer may come when the pool is gone.
            if (_isDisposed) return false;
            ended = [.. _threads.Where(other => other.HasEnded)];
        }

        foreach (HeapThread other in ended) other.End();
        bool any = ended.Length > 0;
        foreach (Depot? depot in _depots) any |= depot?.Trim() ?? false;
        return any;
    }

    /// <summary>As above, with what the calling thread has.</summary>
    public bool Trim() => Flush(Cache, keep: false) | TrimShared();

    /// <summary>Forgets all blocks: the pool's memory goes as a whole. No other thread may be in a call.</summary>
    public void Dispose()
    {
        using Lock.Scope returning = HeapHook.Enter(_returning);
        HeapThread[] threads;
        using (HeapHook.Enter(_gate))
        {
            if (_isDisposed) return;
            _isDisposed = true;
            threads = [.. _threads];
        }

        foreach (HeapThread thread in threads) thread.Forget(this);
        foreach (Depot? depot in _depots) depot?.Dispose();
        Table.Dispose();
        PoolSlots.Release(Slot);
    }

    private Depot DepotOf(int sizeClass)
    {
        if (Volatile.Read(ref _depots[sizeClass]) is { } depot) return depot;
        using (HeapHook.Enter(_gate)) return _depots[sizeClass] ??= new Depot(sizeClass, _source, Table);
    }
}
