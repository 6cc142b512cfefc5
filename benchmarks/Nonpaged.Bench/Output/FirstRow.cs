namespace Nonpaged.Bench;

/// <summary>The first round of a process, with all that a program does once.</summary>
/// <param name="Row">"populate-first".</param>
/// <param name="Size">In bytes.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Peers">Plain C.</param>
/// <param name="Ratios">Ours to that.</param>
/// <param name="Threads">As in <see cref="PopulateRow"/>.</param>
internal sealed record FirstRow(
    string Row, long Size, RungTime Ours, FirstPeers Peers, FirstPeers Ratios, int? Threads = null);
