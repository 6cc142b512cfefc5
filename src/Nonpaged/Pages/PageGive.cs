namespace Nonpaged;

/// <summary>What came of giving a block back.</summary>
/// <param name="Bad">What is wrong with that.</param>
/// <param name="Unready">The block that is out of use, and whose pages are still to be given back.</param>
/// <param name="Idle">The extent that nobody uses any more.</param>
/// <param name="Span">Instead of all that: the span of the recorded heap that the address lies in.</param>
internal readonly record struct PageGive(BadFree Bad, MemoryBlock? Unready = null, Extent? Idle = null, HeapSpan? Span = null);
