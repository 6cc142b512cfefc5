namespace Nonpaged.Bench;

/// <summary>All that was measured for one row.</summary>
/// <param name="Workload">As the programs are asked for it.</param>
/// <param name="Times">Of each contestant: nanoseconds for one pair, or bytes held for each byte of payload.</param>
/// <param name="Free">As in <see cref="HeapRow"/>.</param>
/// <param name="From">As there.</param>
/// <param name="FreePages">For memory: what ours holds free in whole pages, for each byte of
/// payload; anything can have it.</param>
internal sealed record HeapDetail(string Workload, IReadOnlyList<Times> Times, double? FreePages, string? Free = null,
    string? From = null);
