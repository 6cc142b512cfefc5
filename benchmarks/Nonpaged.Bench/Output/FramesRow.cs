namespace Nonpaged.Bench;

/// <summary>The frame pool by itself: nanoseconds for one frame taken and given back.</summary>
/// <param name="Count">So many at once.</param>
/// <param name="Times">Of each contestant.</param>
/// <param name="Checked">Ours with checks to rte_mempool, of minimums.</param>
/// <param name="Unchecked">The same without checks.</param>
internal sealed record FramesRow(int Count, IReadOnlyList<Times> Times, double Checked, double Unchecked)
{
    public static FramesRow Of(int count, IReadOnlyDictionary<string, List<double>> values)
    {
        Times[] times = [.. values.Select(value => Bench.Times.Of(value.Key, value.Value))];
        return new FramesRow(count, times, Ratio(XdpContestants.Checked), Ratio(XdpContestants.Unchecked));

        double Ratio(string name) => Format.Ratio(Least(name), Least(XdpContestants.Mempool));

        double Least(string name) => times.Single(one => one.Name == name).Minimum;
    }
}
