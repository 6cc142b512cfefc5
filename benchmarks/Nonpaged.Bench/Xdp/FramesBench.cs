namespace Nonpaged.Bench;

/// <summary>
/// The frame pool by itself beside rte_mempool: so many frames taken at once into a queue of 1024, and the oldest given back.
/// Each round has new processes, in which all take several short turns; the least counts.
/// </summary>
internal sealed class FramesBench(int rounds, TextWriter log, CancellationToken cancellation)
{
    private const double Milliseconds = 6;
    private const int Turns = 8;
    private const long HugePages = 512;
    private static readonly int[] s_counts = [32, 64];

    // The runtime's own compiler has to see a loop for a while.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);
    private const int WarmUps = 8;

    public IReadOnlyList<FramesRow> Run()
    {
        HugepagePool.Allow(HugePages);
        Dictionary<int, Dictionary<string, List<double>>> values = s_counts.ToDictionary(
            count => count, _ => XdpContestants.Pools.ToDictionary(name => name, _ => new List<double>()));
        for (int round = 0; round < rounds; round++)
        {
            log.WriteLine($"round {round + 1} of {rounds}, frames");
            Dictionary<string, Child> children = [];
            try
            {
                foreach (string name in XdpContestants.Pools) children[name] = XdpContestants.StartPool(name, Milliseconds);
                WarmUp(children[XdpContestants.CheckedJit]);
                foreach (int count in s_counts) Sample(count, round, children, values[count]);
            }
            finally
            {
                foreach (Child child in children.Values) child.Dispose();
            }
        }

        return [.. s_counts.Select(count => FramesRow.Of(count, values[count]))];
    }

    private static void WarmUp(Child child)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            foreach (int count in s_counts) Ask(child, count);
            Thread.Sleep(s_pause);
        }
    }

    private void Sample(int count, int round, Dictionary<string, Child> children, Dictionary<string, List<double>> values)
    {
        var least = XdpContestants.Pools.ToDictionary(name => name, _ => double.MaxValue);
        for (int turn = 0; turn < Turns; turn++)
        {
            int first = (round + turn) % XdpContestants.Pools.Count;
            foreach (string name in XdpContestants.Pools.Skip(first).Concat(XdpContestants.Pools.Take(first)))
            {
                cancellation.ThrowIfCancellationRequested();
                least[name] = double.Min(least[name], Ask(children[name], count));
            }
        }

        foreach (string name in XdpContestants.Pools) values[name].Add(least[name]);
    }

    private static double Ask(Child child, int count) => Format.Parse(child.TryAsk($"{count}") ?? throw child.Ended());
}
