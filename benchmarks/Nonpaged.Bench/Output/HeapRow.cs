namespace Nonpaged.Bench;

/// <summary>
/// One row: minimums, in nanoseconds for one allocation and one free together; for "threads" for one thread; for "memory" in
/// bytes held for each byte of payload; for "footprint" in MiB.
/// </summary>
/// <param name="Row">The workload: one of <see cref="HeapCase.Names"/>.</param>
/// <param name="Size">Of a block, in bytes; null for the network mix.</param>
/// <param name="Count">Blocks that live, or for batch and bulk that are allocated together.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Together">For live: so many are replaced at a time.</param>
/// <param name="Phase">For memory: filled, churned or freed90; for footprint: none, classes or mix.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Peers">The allocators of C programs, by name; null where one does not apply.</param>
/// <param name="Best">The peer with the least, of those that count: all but rte_malloc, which counts where blocks are large or a
/// device's.</param>
/// <param name="Ratio">Ours, compiled ahead of time with checks, to the best peer.</param>
/// <param name="RatioUnchecked">The same without checks.</param>
/// <param name="RatioJit">The same with checks, compiled at run time.</param>
/// <param name="Free">"unsized": a block is freed by its address alone; "sized": the free is told the length. Null where no free
/// is measured.</param>
/// <param name="Zeroed">For large: whether the memory is zeroed, by a peer's caller with memset. Null elsewhere.</param>
/// <param name="From">"c" where ours is called by a C program, through its header. Null elsewhere.</param>
internal sealed record HeapRow(
    string Row,
    int? Size,
    int? Count,
    int Threads,
    int? Together,
    string? Phase,
    HeapOurs Ours,
    IReadOnlyDictionary<string, double?> Peers,
    string? Best,
    double? Ratio,
    double? RatioUnchecked,
    double? RatioJit,
    string? Free = null,
    bool? Zeroed = null,
    string? From = null)
{
    /// <summary>The call most like ours is shown, but counts as the best for large blocks and a device's only.</summary>
    public const string NotCounted = "rte_malloc";

    public static HeapRow Of(HeapCase one, HeapOurs ours, IReadOnlyDictionary<string, double?> peers)
    {
        bool countsAll = one.Row is "large" or "dma";
        KeyValuePair<string, double?>[] counted =
            [.. peers.Where(peer => (countsAll || peer.Key != NotCounted) && peer.Value is not null)];
        string? best = counted.Length == 0 ? null : counted.MinBy(peer => peer.Value).Key;
        double? least = best is null ? null : peers[best];
        return new HeapRow(
            one.Row, one.Size, one.Count, one.Threads, one.Together, one.Phase, ours, peers, best, Over(ours.Aot),
            Over(ours.Unchecked), Over(ours.Jit), one.Free, one.Zeroed, one.FromC ? "c" : null);

        double? Over(double? value) => value is { } ours && least is { } peer ? Math.Round(ours / peer, 3) : null;
    }
}
