namespace Nonpaged;

/// <summary>
/// Small blocks from short spans, under the pool's lock: those that are recorded or cleared, those of machines with little memory, and what single pages are left for.
/// </summary>
internal sealed class SpanHeap(OwnerTable owners, SpanHeap.PageSource allocatePages, Action<nuint, nuint> freePages)
{
    private const nuint SpanLength = 16 << 10;
    private const nuint BlocksOfLargeSpan = 8;

    // Spans that have a free block.
    private readonly LinkedList<HeapSpan>[] _open = [.. Enumerable.Range(0, SizeClass.Count).Select(_ => new LinkedList<HeapSpan>())];

    /// <summary>Takes pages and marks them as the owner's at a place. 0 where there are none.</summary>
    public delegate nuint PageSource(nuint pages, int place);

    /// <summary>Takes a block of a size class. Returns 0 where there are no pages for another span; a scarce one is as short as a block.</summary>
    public nuint Allocate(int sizeClass, bool scarce)
    {
        HeapSpan? span = _open[sizeClass].First?.Value ?? Grow(sizeClass, scarce);
        if (span is null) return 0;
        nuint block = span.Take();
        if (span.IsFull) Close(span);
        return block;
    }

    /// <summary>How many pages a span of a size class usually has.</summary>
    public static nuint SpanPages(int sizeClass) => Page.Count(nuint.Max(SpanLength, (nuint)SizeClass.Size(sizeClass) * BlocksOfLargeSpan));

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
    private HeapSpan? Grow(int sizeClass, bool scarce)
    {
        nuint usual = SpanPages(sizeClass);
        nuint least = scarce ? Page.Count((nuint)SizeClass.Size(sizeClass)) : usual;
        int place = owners.Add(this);
        for (nuint pages = usual; pages >= least; pages /= 2)
        {
            nuint start = allocatePages(pages, place);
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
