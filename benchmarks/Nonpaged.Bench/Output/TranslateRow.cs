namespace Nonpaged.Bench;

/// <summary>One call, in nanoseconds, and ours over each peer.</summary>
internal sealed record TranslateRow(
    string Row, double Ours, IReadOnlyDictionary<string, double> Peers, IReadOnlyDictionary<string, double> Ratios);
