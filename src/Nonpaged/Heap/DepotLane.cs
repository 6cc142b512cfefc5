namespace Nonpaged;

/// <summary>
/// What a depot has for the threads on some of the processors: full magazines, and spans with free blocks. Callers hold the
/// depot's lock.
/// </summary>
internal sealed class DepotLane
{
    /// <summary>
    /// How many lanes a depot has. Not as many as there are processors: a program that keeps its first thread on one has just
    /// that, as the runtime counts.
    /// </summary>
    public const int Count = 8;

    private readonly LinkedList<HeapSpan> _open = [];

    public Stack<(nint Floor, int Count)> Full { get; } = [];

    public int OpenCount => _open.Count;

    /// <summary>The span whose blocks are taken first.</summary>
    public HeapSpan? First => _open.First?.Value;

    /// <summary>
    /// The lane of the processor that the calling thread runs on. A thread that moves brings its blocks along, little by little.
    /// </summary>
    public static int Current => (int)((uint)HeapHook.NumberOr(Thread.GetCurrentProcessorId()) % (uint)Count);

    /// <summary>A span has free blocks, and this lane takes them.</summary>
    public void Open(HeapSpan span)
    {
        span.Lane = this;
        span.Node = _open.AddFirst(span);
    }

    /// <summary>A span is full, or goes. It stays the lane's.</summary>
    public void Close(HeapSpan span)
    {
        _open.Remove(span.Node!);
        span.Node = null;
    }
}
