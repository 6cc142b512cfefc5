namespace Nonpaged.Bench;

/// <summary>What was measured with one size.</summary>
internal sealed record PopulateResult(long Size, IReadOnlyList<Contestant> Contestants, IReadOnlyList<Contestant> Firsts)
{
    public const string Mlock = "mmap, MAP_POPULATE, mlock";

    public const string Dpdk = "rte_eal_init";

    /// <summary>A row for each rung, of minimums.</summary>
    public IEnumerable<PopulateRow> Rows() => RungUnderTest.All.Select(rung =>
    {
        double ours = Minimum(Contestants, rung.OurName);
        var peers = new PopulatePeers(Minimum(Contestants, rung.CName), Minimum(Contestants, Dpdk), Minimum(Contestants, Mlock));
        var ratios = new PopulatePeers(
            Format.Ratio(ours, peers.C), Format.Ratio(ours, peers.Dpdk), Format.Ratio(ours, peers.Mlock));
        return new PopulateRow("populate", Size, new RungTime(rung.Name, ours), peers, ratios, rung.Threads(Size));
    });

    /// <summary>The same for the first round of a process.</summary>
    public IEnumerable<FirstRow> FirstRows() => RungUnderTest.All.Select(rung =>
    {
        double ours = Minimum(Firsts, rung.OurName);
        double c = Minimum(Firsts, rung.CName);
        return new FirstRow(
            "populate-first", Size, new RungTime(rung.Name, ours), new FirstPeers(c), new FirstPeers(Format.Ratio(ours, c)),
            rung.Threads(Size));
    });

    private static double Minimum(IEnumerable<Contestant> contestants, string name) =>
        Format.Round(contestants.Single(one => one.Name == name).Minimum);
}
