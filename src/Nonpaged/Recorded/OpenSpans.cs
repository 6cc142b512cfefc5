namespace Nonpaged;

/// <summary>Short spans that have a free block, by size class. Callers hold the <see cref="RecordedHeap"/>'s lock.</summary>
internal sealed class OpenSpans
{
    private const nuint SpanLength = 16 << 10;
    private const nuint BlocksOfLargeSpan = 8;

    private readonly LinkedList<HeapSpan>[] _open =
        [.. Enumerable.Range(0, SizeClass.Count).Select(_ => new LinkedList<HeapSpan>())];

    /// <summary>How many pages a span of a size class usually has.</summary>
    public static nuint UsualPages(int sizeClass) =>
        Page.Count(nuint.Max(SpanLength, (nuint)SizeClass.Size(sizeClass) * BlocksOfLargeSpan));

    /// <summary>How many it has at least, where memory is scarce: those of one block.</summary>
    public static nuint LeastPages(int sizeClass) => Page.Count((nuint)SizeClass.Size(sizeClass));

    /// <summary>Takes a block of a size class. 0 where no span has a free one.</summary>
    public nuint TryTake(int sizeClass, out HeapSpan? span)
    {
        span = _open[sizeClass].First?.Value;
        if (span is null) return 0;
        nuint block = span.Take();
        if (span.IsFull) Close(span);
        return block;
    }

    public void Open(HeapSpan span) => span.Node = _open[span.SizeClass].AddFirst(span);

    /// <summary>Gives back a block that is in use. Whether no block of its span is, which is not open any more then.</summary>
    public bool Give(HeapSpan span, nuint block)
    {
        if (span.IsFull) Open(span);
        span.Return(block);
        if (span.BlocksOut > 0) return false;
        Close(span);
        return true;
    }

    private void Close(HeapSpan span)
    {
        if (span.Node is not null) _open[span.SizeClass].Remove(span.Node);
        span.Node = null;
    }
}
