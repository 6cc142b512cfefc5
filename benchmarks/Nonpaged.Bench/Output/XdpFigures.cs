namespace Nonpaged.Bench;

/// <summary>What one contestant did in a row of "xdp".</summary>
/// <param name="Name">Who.</param>
/// <param name="Median">Frames a second, of all rounds.</param>
/// <param name="Most">The most of a round.</param>
/// <param name="User">Microseconds of processor time a frame: the median.</param>
/// <param name="System">The kernel's for it.</param>
/// <param name="Rounds">Frames a second of each round.</param>
internal sealed record XdpFigures(
    string Name, double Median, double Most, double User, double System, IReadOnlyList<double> Rounds)
{
    public static XdpFigures Of(string name, IReadOnlyList<XdpTurn> turns)
    {
        double[] rates = [.. turns.Select(turn => Math.Round(turn.Rate))];
        return new XdpFigures(
            name, Times.Of(name, rates).Median, rates.Max(), MedianOf(turn => turn.UserMicroseconds),
            MedianOf(turn => turn.SystemMicroseconds), rates);

        double MedianOf(Func<XdpTurn, double> value) => Times.Of(name, [.. turns.Select(value)]).Median;
    }
}
