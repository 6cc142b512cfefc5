namespace Nonpaged.Bench;

/// <summary>Frames a second of one over those of another: above 1 the first is faster.</summary>
/// <param name="OfRounds">The median of the rounds' ratios: what disturbs a round for both does not count.</param>
/// <param name="OfMedians">The ratio of their medians.</param>
internal sealed record XdpRatio(double OfRounds, double OfMedians)
{
    public static XdpRatio Of(XdpFigures one, XdpFigures other)
    {
        double[] ratios = [.. one.Rounds.Zip(other.Rounds, (first, second) => first / second)];
        return new XdpRatio(Times.Of(one.Name, ratios).Median, Format.Ratio(one.Median, other.Median));
    }
}
