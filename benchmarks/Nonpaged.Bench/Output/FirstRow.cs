namespace Nonpaged.Bench;

/// <summary>The first round of a process, with all that a program does once.</summary>
internal sealed record FirstRow(string Row, long Size, RungTime Ours, FirstPeers Peers, FirstPeers Ratios);
