namespace Nonpaged.Bench;

/// <summary>What a run of "c" gives.</summary>
/// <param name="Machine">On what it was measured.</param>
/// <param name="Allocators">The peers' versions.</param>
/// <param name="Rounds">Rounds that each row's minimum is of.</param>
/// <param name="Rows">Ours beside the peers.</param>
internal sealed record CResults(
    MachineFacts Machine, IReadOnlyDictionary<string, string> Allocators, int Rounds, IReadOnlyList<CRow> Rows);
