namespace Nonpaged.Bench;

/// <summary>Frames of one length in one mode.</summary>
/// <param name="Row">"xdp".</param>
/// <param name="Mode">"tx", "rx-drop" or "l2fwd".</param>
/// <param name="Bytes">A frame's length.</param>
/// <param name="Figures">Of each contestant.</param>
/// <param name="OursToC">Ours, compiled ahead of time, to C with libxdp.</param>
/// <param name="JitToC">Ours, compiled at run time, to the same.</param>
/// <param name="OursToDpdk">Ours, compiled ahead of time, to DPDK.</param>
internal sealed record XdpRow(
    string Row, string Mode, int Bytes, IReadOnlyList<XdpFigures> Figures, XdpRatio OursToC, XdpRatio JitToC, XdpRatio OursToDpdk)
{
    /// <summary>
    /// The best peer's time a frame under ours: <see cref="Verdict"/> takes ratios of times, where less is better.
    /// </summary>
    public double TimeRatio() => 1 / double.Min(OursToC.OfRounds, OursToDpdk.OfRounds);

    public static XdpRow Of(XdpCase one, IReadOnlyDictionary<string, List<XdpTurn>> turns)
    {
        XdpFigures[] figures = [.. XdpContestants.All.Select(name => XdpFigures.Of(name, turns[name]))];
        return new XdpRow(
            "xdp", one.Mode, one.Bytes, figures, Ratio(XdpContestants.Aot, XdpContestants.C),
            Ratio(XdpContestants.Jit, XdpContestants.C), Ratio(XdpContestants.Aot, XdpContestants.Dpdk));

        XdpRatio Ratio(string first, string second) => XdpRatio.Of(Find(first), Find(second));

        XdpFigures Find(string name) => figures.Single(figure => figure.Name == name);
    }
}
