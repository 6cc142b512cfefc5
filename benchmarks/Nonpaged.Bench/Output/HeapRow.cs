namespace Nonpaged.Bench;

/// <summary>
/// One row: minimums, in nanoseconds for one allocation and one free together; for "memory" in bytes
/// held for each byte of payload.
/// </summary>
/// <param name="Row">The workload: lifo, batch, churn, remote, bulk, live or memory.</param>
/// <param name="Size">Of a block, in bytes; null for the network mix.</param>
/// <param name="Count">Blocks that live, or for batch and bulk that are allocated together.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Together">For live: so many are replaced at a time.</param>
/// <param name="Phase">For memory: filled, churned or freed90.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Peers">The allocators of C programs, by name; null where one does not apply.</param>
/// <param name="Best">The peer with the least, of those that count: all but rte_malloc.</param>
/// <param name="Ratio">Ours, compiled ahead of time with checks, to the best peer.</param>
/// <param name="RatioUnchecked">The same without checks.</param>
/// <param name="RatioJit">The same with checks, compiled at run time.</param>
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
    double? RatioJit)
{
    /// <summary>The call most like ours is shown, but counts nowhere as the best.</summary>
    public const string NotCounted = "rte_malloc";

    public static HeapRow Of(HeapCase one, HeapOurs ours, IReadOnlyDictionary<string, double?> peers)
    {
        KeyValuePair<string, double?>[] counted = [.. peers.Where(peer => peer.Key != NotCounted && peer.Value is not null)];
        string? best = counted.Length == 0 ? null : counted.MinBy(peer => peer.Value).Key;
        double? least = best is null ? null : peers[best];
        return new HeapRow(
            one.Row, one.Size, one.Count, one.Threads, one.Together, one.Phase, ours, peers, best, Over(ours.Aot),
            Over(ours.Unchecked), Over(ours.Jit));

        double? Over(double? value) => value is { } ours && least is { } peer ? Math.Round(ours / peer, 3) : null;
    }
}
