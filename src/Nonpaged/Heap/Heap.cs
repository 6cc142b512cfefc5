namespace Nonpaged;

/// <summary>
/// Small blocks, cached and without a limit: spans of pages, each cut into blocks of one size class. Callers hold the pool's lock.
/// </summary>
internal sealed class Heap(OwnerTable owners, Heap.PageSource allocatePages, Action<nuint, nuint> freePages)
{
    private const nuint SpanLength = 16 << 10;
    private const nuint BlocksOfLargeSpan = 8;

    // Spans that have a free block.
    private readonly LinkedList<HeapSpan>[] _open = [.. Enumerable.Range(0, SizeClass.Count).Select(_ => new LinkedList<HeapSpan>())];

    /// <summary>Takes pages and marks them as the owner's at a place. 0 where there are none, with the reason where it is not plain shortage.</summary>
    public delegate nuint PageSource(nuint pages, int place, out AllocationFailure? failure);

    /// <summary>Takes a block of a size class. Returns 0 where there are no pages for another span.</summary>
    public nuint Allocate(int sizeClass, out AllocationFailure? failure)
    {
        failure = null;
        HeapSpan? span = _open[sizeClass].First?.Value ?? Grow(sizeClass, out failure);
        if (span is null) return 0;
        nuint block = span.Take();
        if (span.IsFull) Close(span);
        return block;
    }

    /// <summary>Gives back a block that is in use.</summary>
    public void Free(HeapSpan span, nuint block)
    {
        if (span.IsFull) Open(span);
        span.Return(block);
        if (span.UsedBlocks > 0) return;
        Close(span);
        freePages(span.Start, span.Pages);
        owners.Remove(span.Place);
    }

    /// <summary>A span of the usual length, or where memory is scarce a shorter one: down to the pages of a single block.</summary>
    private HeapSpan? Grow(int sizeClass, out AllocationFailure? failure)
    {
        failure = null;
        nuint blockSize = (nuint)SizeClass.Size(sizeClass);
        nuint least = Page.Count(blockSize);
        int place = owners.Add(this);
        for (nuint pages = Page.Count(nuint.Max(SpanLength, blockSize * BlocksOfLargeSpan)); pages >= least; pages /= 2)
        {
            nuint start = allocatePages(pages, place, out failure);
            if (start == 0) continue;
            var span = new HeapSpan(start, pages, sizeClass) { Place = place };
            owners.Replace(place, span);
            Open(span);
            return span;
        }

        owners.Remove(place);
        return null;
    }

    private void Open(HeapSpan span) => span.Node = _open[span.SizeClass].AddFirst(span);

    private void Close(HeapSpan span)
    {
        if (span.Node is not null) _open[span.SizeClass].Remove(span.Node);
        span.Node = null;
    }
}
