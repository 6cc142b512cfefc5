namespace Nonpaged.Bench;

/// <summary>What one contestant took.</summary>
/// <param name="Name">Who.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Median">In the middle.</param>
/// <param name="Rounds">Each round.</param>
internal sealed record Times(string Name, double Minimum, double Median, IReadOnlyList<double> Rounds)
{
    public static Times Of(string name, IReadOnlyList<double> rounds)
    {
        double[] sorted = [.. rounds.Order()];
        int half = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Times(name, Format.Round(sorted[0]), Format.Round(median), [.. rounds.Select(Format.Round)]);
    }
}
