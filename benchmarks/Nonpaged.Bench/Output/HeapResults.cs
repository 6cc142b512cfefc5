namespace Nonpaged.Bench;

/// <summary>What a run of "heap" gives.</summary>
/// <param name="Machine">On what it was measured.</param>
/// <param name="Allocators">The peers' versions.</param>
/// <param name="Rounds">Rounds that each row's minimum is of.</param>
/// <param name="Quick">Short rounds, small sets: for a look, not for comparing.</param>
/// <param name="Rows">Ours beside the peers.</param>
/// <param name="Dotnet">What .NET has.</param>
/// <param name="Calls">Ours by other calls.</param>
/// <param name="Details">Minimum, median and each round.</param>
internal sealed record HeapResults(
    MachineFacts Machine, IReadOnlyDictionary<string, string> Allocators, int Rounds, bool Quick, IReadOnlyList<HeapRow> Rows,
    IReadOnlyList<HeapDotnetRow> Dotnet, IReadOnlyList<HeapCallsRow> Calls, IReadOnlyList<HeapDetail> Details);
