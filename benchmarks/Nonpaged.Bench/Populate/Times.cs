namespace Nonpaged.Bench;

/// <summary>What one contestant took, in milliseconds.</summary>
/// <param name="Name">Who.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Median">In the middle.</param>
/// <param name="Rounds">Each round.</param>
internal sealed record Times(string Name, double Minimum, double Median, IReadOnlyList<double> Rounds);
