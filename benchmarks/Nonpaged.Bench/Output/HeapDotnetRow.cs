namespace Nonpaged.Bench;

/// <summary>
/// What .NET has, and ours as one of its kinds, in a row of <see cref="HeapRow"/>, compiled ahead of time: minimums in
/// nanoseconds for one pair.
/// </summary>
internal sealed record HeapDotnetRow(
    string Row, int? Size, int? Count, int Threads, double? NativeMemory, double? ArrayPool, double? MemoryPool,
    double? AsMemoryPool);
