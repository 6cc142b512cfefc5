namespace Nonpaged;

/// <summary>Where the heap's spans come from: the pool. Thread-safe; callers hold none of the heap's locks while they take.</summary>
internal interface ISpanSource
{
    /// <summary>A span of a size class, of this many pages, aligned to a chunk and known to the table. Null, with the reason, where none can be had.</summary>
    HeapSpan? Take(int sizeClass, nuint pages, ChunkTable table, out AllocationFailure? failure);

    /// <summary>Takes a span back of which every block is free.</summary>
    void Give(HeapSpan span);

    /// <summary>Depots keep free blocks: to be trimmed when memory that nobody uses goes back.</summary>
    void OnBlocksKept();

    /// <summary>The pool is disposed.</summary>
    ObjectDisposedException Disposed();
}
