namespace Nonpaged.Bench;

/// <summary>Ours on one rung beside the peers, in milliseconds, and ours over each of them.</summary>
internal sealed record PopulateRow(string Row, long Size, RungTime Ours, PopulatePeers Peers, PopulatePeers Ratios);
