namespace Nonpaged;

/// <summary>
/// Small blocks, cached and without a limit, for any number of threads: each has magazines of its own, which it takes from and
/// frees into without a lock, and exchanges whole ones with the depot of the size class.
/// </summary>
/// <remarks>
/// When its pool is disposed a heap is retired: threads may be in the middle of a hit, which nothing can wait for (membarrier(2)
/// does not wait for a thread that was preempted there). So its slot, its table and the threads' magazines are set aside until
/// each thread that used the heap has begun another slow call, of any pool, or has ended. With as many pools set aside as there
/// are slots, further ones go without magazines.
/// </remarks>
internal sealed unsafe class MagazineHeap
{
    private const int LeastAsked = 2;

    private static int s_retirements;

    private readonly Lock _gate = new();
    private readonly List<HeapThread> _threads = [];

    // How many threads there are before it is looked again which have ended.
    private int _mostUnasked = LeastAsked;
    private readonly Depot?[] _depots = new Depot?[SizeClass.Count];
    private readonly HeapSpans _spans;
    private volatile bool _isDisposed;
    private int _trims;
    private bool _isGone;

    private MagazineHeap(HeapSpans spans, int slot)
    {
        _spans = spans;
        Slot = slot;
    }

    /// <summary>How many heaps were retired so far: a thread that has seen fewer may have magazines of one.</summary>
    public static int Retirements => Volatile.Read(ref s_retirements);

    /// <summary>The pool's place in each thread's table.</summary>
    public int Slot { get; }

    public ChunkTable Table => _spans.Table;

    public bool IsDisposed => _isDisposed;

    /// <summary>Null where all slots are taken, or there is no address space for its table.</summary>
    public static MagazineHeap? TryCreate(Supply supply, IdleTimer timer, PoolLife life)
    {
        int slot = PoolSlots.Take();
        ChunkTable? table = slot == 0 ? null : ChunkTable.TryCreate();
        if (table is not null) return new MagazineHeap(
            new HeapSpans(supply, timer, life, table, (long)ulong.Min(supply.IdleKept, long.MaxValue)), slot);
        if (slot != 0) PoolSlots.Release(slot);
        return null;
    }

    /// <summary>Takes a block when the loaded magazine has none. 0, with the reason, where there is no memory.</summary>
    public nuint Take(int sizeClass, out AllocationFailure? failure)
    {
        using HeapThread.SlowCall call = HeapThread.Enter(this);
        return TryLoad(call.Cache, sizeClass, 1, out failure) ? ThreadCache.MagazineOf(call.Cache, sizeClass)->Pop() : 0;
    }

    /// <summary>
    /// Loads the thread's magazine where it is empty: from the spans with up to as many blocks as are wanted. False, with the
    /// reason, where there is no memory.
    /// </summary>
    public bool TryLoad(int sizeClass, int wanted, out AllocationFailure? failure)
    {
        using HeapThread.SlowCall call = HeapThread.Enter(this);
        return TryLoad(call.Cache, sizeClass, wanted, out failure);
    }

    /// <summary>The calling thread's magazines, which stay where they are as long as the thread and the heap.</summary>
    public nint Cache()
    {
        using HeapThread.SlowCall call = HeapThread.Enter(this);
        return call.Cache;
    }

    /// <summary>
    /// The class of the block in use that starts at an address, or 0. Without the checks, of any address in a span.
    /// </summary>
    public int ClassOfBlock(nuint address)
    {
        // Its table may be another heap's already.
        if (_isDisposed) return 0;
        Chunk chunk = Table.Find(address);
        return chunk.SizeClass != 0 && (!HeapChecks.IsOn || *chunk.StateOf(address) == Chunk.InUse(address))
            ? chunk.SizeClass
            : 0;
    }

    /// <summary>Gives back a block of the heap that is in use. False where the address is not one.</summary>
    public bool TryGive(nuint address)
    {
        using HeapThread.SlowCall call = HeapThread.Enter(this);
        int sizeClass = ClassOfBlock(address);
        if (sizeClass == 0) return false;
        Magazine* magazine = ThreadCache.MagazineOf(call.Cache, sizeClass);
        if (magazine->Top == magazine->Ceiling)
        {
            if (magazine->SpareLength < magazine->Length) magazine->Swap();
            else Unload(DepotOf(sizeClass), magazine);
        }

        magazine->Push(address, Table.StateOf(address));
        return true;
    }

    /// <summary>
    /// A thread uses the heap from here on. Which others have ended is asked when there are twice as many as lived when that
    /// was asked last, so that one that comes asks about two, however many there are.
    /// </summary>
    public void Add(HeapThread thread)
    {
        HeapThread[] ended = [];
        using (HeapHook.Enter(_gate))
        {
            if (_isDisposed) throw _spans.Disposed();
            if (_threads.Count >= _mostUnasked)
            {
                ended = [.. _threads.Where(other => other.HasEnded)];
                _mostUnasked = int.Max(2 * (_threads.Count - ended.Length), LeastAsked);
            }

            _threads.Add(thread);
        }

        foreach (HeapThread other in ended) other.End();
    }

    /// <summary>A thread has no magazines of the heap any more.</summary>
    public void Remove(HeapThread thread)
    {
        using (HeapHook.Enter(_gate)) _threads.Remove(thread);
        GoWhereUnused();
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
        HeapThread[] ended;
        using (HeapHook.Enter(_gate))
        {
            // The idle timer may come when the pool is gone.
            if (_isDisposed) return false;
            ended = [.. _threads.Where(other => other.HasEnded)];
            _trims++;
        }

        try
        {
            foreach (HeapThread other in ended) other.End();
            bool any = ended.Length > 0;
            foreach (Depot? depot in _depots) any |= depot?.Trim() ?? false;
            return any;
        }
        finally
        {
            using (HeapHook.Enter(_gate)) _trims--;
            GoWhereUnused();
        }
    }

    /// <summary>As above, where depots have kept blocks since the last time.</summary>
    public void TrimKept()
    {
        if (_spans.TakeKept()) TrimShared();
    }

    /// <summary>As <see cref="TrimShared"/>, with what the calling thread has.</summary>
    public bool Trim()
    {
        using HeapThread.SlowCall call = HeapThread.Enter(this);
        return Flush(call.Cache, keep: false) | TrimShared();
    }

    /// <summary>
    /// Retires the heap: the pool's memory goes as a whole, and no call begins any more. Other threads may be in calls.
    /// </summary>
    public void Dispose()
    {
        HeapThread[] ended;
        using (HeapHook.Enter(_gate))
        {
            if (_isDisposed) return;
            _isDisposed = true;
            ended = [.. _threads.Where(other => other.HasEnded)];
        }

        HeapHook.Step();
        Interlocked.Increment(ref s_retirements);
        foreach (HeapThread thread in ended) thread.End();
        HeapThread.Pass();
        GoWhereUnused();
    }

    private bool TryLoad(nint cache, int sizeClass, int wanted, out AllocationFailure? failure)
    {
        Magazine* magazine = ThreadCache.MagazineOf(cache, sizeClass);
        failure = null;
        if (magazine->Top != magazine->Floor) return true;
        if (magazine->SpareTop == magazine->SpareFloor) return DepotOf(sizeClass).Load(magazine, wanted, out failure);
        magazine->Swap();
        return true;
    }

    private void Unload(Depot depot, Magazine* magazine)
    {
        depot.Unload(magazine);
        if (!depot.IsCrowdedOut) return;
        // What other classes keep was not used as lately.
        for (int i = 1; i < _depots.Length; i++)
        {
            if (SizeClass.IsLarge(i) && _depots[i] is { } other && other != depot) other.Trim();
        }
    }

    private void GoWhereUnused()
    {
        using (HeapHook.Enter(_gate))
        {
            if (!_isDisposed || _isGone || _threads.Count > 0 || _trims > 0) return;
            _isGone = true;
        }

        foreach (Depot? depot in _depots) depot?.Dispose();
        Table.Dispose();
        HeapHook.Step();
        PoolSlots.Release(Slot);
    }

    private Depot DepotOf(int sizeClass)
    {
        if (Volatile.Read(ref _depots[sizeClass]) is { } depot) return depot;
        using (HeapHook.Enter(_gate)) return _depots[sizeClass] ??= new Depot(sizeClass, _spans);
    }
}
