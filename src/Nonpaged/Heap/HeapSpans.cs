namespace Nonpaged;

/// <summary>Where a heap's spans come from, and go. Thread-safe; callers hold no depot's lock.</summary>
/// <param name="supply">Where their pages come from.</param>
/// <param name="timer">Wakes the pool when what depots keep has been kept long enough.</param>
/// <param name="life">Of the pool.</param>
/// <param name="table">Knows each span that blocks are taken from.</param>
/// <param name="mostLargeKept">How many bytes of large blocks depots keep at most.</param>
internal sealed class HeapSpans(Supply supply, IdleTimer timer, PoolLife life, ChunkTable table, long mostLargeKept)
{
    private int _isKept;
    private long _largeKept;

    /// <summary>How many bytes of large blocks all depots keep.</summary>
    public long LargeKept => Volatile.Read(ref _largeKept);

    /// <summary>Tells the span of a chunk.</summary>
    public ChunkTable Table { get; } = table;

    /// <summary>
    /// A span of a size class, of this many pages, aligned to a chunk and known to the table. Null, with the reason,
    /// where there is no memory for one.
    /// </summary>
    public HeapSpan? Take(int sizeClass, nuint pages, out AllocationFailure? failure)
    {
        var span = new HeapSpan(sizeClass, pages) { States = Table };
        PageRequest request = PageRequest.OfSpan(pages) with { Alignment = Chunk.Length, IsOfAddressOnly = true };
        failure = supply.Take(request, (nuint)SizeClass.Size(sizeClass), span);
        if (failure is not null) return null;
        if (Table.TryAdd(span)) return span;
        supply.Give(span, span.Pages);
        failure = PoolFailures.NoStates(life.Pool);
        return null;
    }

    /// <summary>Takes back a span whose blocks are all free.</summary>
    public void Give(HeapSpan span)
    {
        Table.Remove(span);
        supply.Give(span, span.Pages);
    }

    /// <summary>Depots keep free blocks: to be trimmed when memory that nobody uses goes back.</summary>
    public void OnBlocksKept()
    {
        HeapHook.Step();
        if (timer.IsEver && Interlocked.Exchange(ref _isKept, 1) == 0) timer.Start();
    }

    /// <summary>
    /// A depot wishes to keep so many bytes of large blocks more. False where all of them have as much as the pool keeps
    /// of what nobody uses.
    /// </summary>
    public bool TryKeepLarge(long bytes)
    {
        if (Interlocked.Add(ref _largeKept, bytes) <= mostLargeKept) return true;
        Interlocked.Add(ref _largeKept, -bytes);
        return false;
    }

    /// <summary>A depot keeps so many bytes less.</summary>
    public void OnLargeLeft(long bytes) => Interlocked.Add(ref _largeKept, -bytes);

    /// <summary>Whether depots have kept blocks since the last time.</summary>
    public bool TakeKept() => Interlocked.Exchange(ref _isKept, 0) != 0;

    public ObjectDisposedException Disposed() => life.Disposed();
}
