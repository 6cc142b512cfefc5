namespace Nonpaged.Bench;

/// <summary>Ours on one rung beside the peers, in milliseconds, and ours over each of them.</summary>
/// <param name="Row">"populate".</param>
/// <param name="Size">In bytes.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Peers">The peers.</param>
/// <param name="Ratios">Ours to each.</param>
/// <param name="Threads">With so many ours fills, and plain C; null in older results, where plain C had one.</param>
internal sealed record PopulateRow(
    string Row, long Size, RungTime Ours, PopulatePeers Peers, PopulatePeers Ratios, int? Threads = null);
