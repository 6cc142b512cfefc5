namespace Nonpaged.Bench;

/// <summary>
/// Ours by other calls than the default pool's, in a row of <see cref="HeapRow"/>, compiled ahead of time:
/// minimums in nanoseconds for one pair.
/// </summary>
/// <param name="Row">As there.</param>
/// <param name="Size">As there.</param>
/// <param name="Count">As there.</param>
/// <param name="FurtherPool">A pool of the program's own.</param>
/// <param name="NdisAllocateMemory">NdisAllocateMemory with flags 0, and NdisFreeMemory, of a program.</param>
/// <param name="Lookaside">NdisAllocateFromNPagedLookasideList and NdisFreeToNPagedLookasideList, of a program.</param>
internal sealed record HeapCallsRow(
    string Row, int? Size, int? Count, double? FurtherPool, double? NdisAllocateMemory, double? Lookaside);
