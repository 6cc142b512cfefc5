namespace Nonpaged;

/// <summary>
/// Small blocks with a guard behind their last byte, and freed ones filled with a pattern and kept from use for a while: what is
/// written to either is found. Callers hold the <see cref="RecordedHeap"/>'s lock.
/// </summary>
internal sealed unsafe class GuardedBlocks
{
    /// <summary>Bytes behind each block, at least.</summary>
    public const int GuardLength = 16;

    private const byte GuardPattern = 0xfd;
    private const byte FreedPattern = 0xdd;
    private const int MostKept = 1024;
    private const nuint MostKeptBytes = 1 << 20;

    private readonly Queue<(HeapSpan Span, nuint Start, MemoryBlock Block)> _kept = new();
    private readonly List<MemoryCorruption> _found = [];
    private nuint _keptBytes;

    /// <summary>Puts a guard behind a block that is handed out.</summary>
    public static void Arm(HeapSpan span, MemoryBlock block) => Guard(span, block.Start, block).Fill(GuardPattern);

    /// <summary>Looks at a freed block's guard, and keeps the block.</summary>
    public void Keep(HeapSpan span, nuint start, MemoryBlock block)
    {
        Look(CorruptionKind.PastEnd, block, Guard(span, start, block), GuardPattern);
        new Span<byte>((void*)start, span.BlockSize).Fill(FreedPattern);
        _kept.Enqueue((span, start, block));
        _keptBytes += (nuint)span.BlockSize;
    }

    /// <summary>
    /// The block that was kept longest, looked at, where more are kept than should be, or all are wanted. Null where none is due.
    /// </summary>
    public HeapSpan? TakeDue(bool all, out nuint start)
    {
        start = 0;
        if (_kept.Count == 0 || (!all && _kept.Count <= MostKept && _keptBytes <= MostKeptBytes)) return null;
        (HeapSpan span, start, MemoryBlock block) = _kept.Dequeue();
        _keptBytes -= (nuint)span.BlockSize;
        Look(CorruptionKind.AfterFree, block, new Span<byte>((void*)start, span.BlockSize), FreedPattern);
        return span;
    }

    /// <summary>What was found since the last time.</summary>
    public MemoryCorruption[] TakeFound()
    {
        MemoryCorruption[] found = [.. _found];
        _found.Clear();
        return found;
    }

    private static Span<byte> Guard(HeapSpan span, nuint start, MemoryBlock block) =>
        new((void*)(start + block.Length), span.BlockSize - (int)block.Length);

    private void Look(CorruptionKind kind, MemoryBlock block, ReadOnlySpan<byte> bytes, byte pattern)
    {
        int at = bytes.IndexOfAnyExcept(pattern);
        if (at < 0) return;
        fixed (byte* first = bytes) _found.Add(new MemoryCorruption(kind, block, (nuint)first + (nuint)at));
    }
}
