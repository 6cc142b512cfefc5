namespace Nonpaged.Bench;

/// <summary>One block allocated, its first 8 bytes written, and freed, again and again: nanoseconds for that, in C.</summary>
/// <param name="Row">"c".</param>
/// <param name="Size">Of the block, in bytes.</param>
/// <param name="Ours">NdisAllocateMemory and NdisFreeMemory.</param>
/// <param name="Peers">The allocators of C programs, by name.</param>
/// <param name="Best">The one with the least minimum.</param>
/// <param name="Ratio">Our minimum to that.</param>
/// <param name="Free">"unsized": NdisFreeMemory is told a length of 0; "sized": it is told the length, and jemalloc has the
/// faster of its two frees.</param>
internal sealed record CRow(
    string Row, int Size, Times Ours, IReadOnlyDictionary<string, Times> Peers, string Best, double Ratio, string? Free = null);
