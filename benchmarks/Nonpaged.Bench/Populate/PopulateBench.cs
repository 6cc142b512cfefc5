namespace Nonpaged.Bench;

/// <summary>
/// Memory made resident, pinned and translated, ours beside the peers. All take turns in each round, so that what disturbs
/// the machine disturbs all of them.
/// </summary>
internal sealed class PopulateBench(int rounds, TextWriter log)
{
    private const int WarmUps = 8;

    // Each takes a millisecond, and single ones differ by half.
    private const long ShortRounds = 16 << 20;
    private const int TimesAsManyShort = 12;
    private const int FirstRounds = 3;
    private const long HugePage = 2 << 20;

    private static readonly long[] s_sizes = [16 << 20, 256 << 20, 1 << 30];

    // A peer may need some pages beside those that it is asked for.
    private const long SparePages = 8;

    public IEnumerable<PopulateResult> Run() => s_sizes.Select(Run);

    private PopulateResult Run(long size)
    {
        var children = new List<Child>();
        try
        {
            Contestant[] contestants = [.. Contestants(size, children)];
            int warmUps = 0;
            bool isStable = false;
            while (!isStable && warmUps++ < WarmUps)
            {
                isStable = true;
                log.WriteLine($"{size >> 20} MiB, warming up, {warmUps} of {WarmUps} at most");
                ForEach(contestants, size, contestant => isStable &= contestant.WarmUp());
            }

            int count = size <= ShortRounds ? rounds * TimesAsManyShort : rounds;
            for (int round = 1; round <= count; round++)
            {
                log.WriteLine($"{size >> 20} MiB, round {round} of {count}");
                ForEach(contestants, size, contestant => contestant.Sample());
            }

            return new PopulateResult(size, contestants, RunFirst(size));
        }
        finally
        {
            children.ForEach(child => child.Dispose());
        }
    }

    /// <summary>The first round of a process, with all that a program does once.</summary>
    private Contestant[] RunFirst(long size)
    {
        log.WriteLine($"{size >> 20} MiB, first in a process");
        Contestant[] contestants = [.. RungUnderTest.All.SelectMany(rung => new[]
        {
            new Contestant(rung.OurName, rung.NeedsPool, () => First(Programs.Ours, rung.OurArguments(size))),
            new Contestant(rung.CName, rung.NeedsPool, () => First(Programs.C, rung.CArguments(size))),
        })];
        for (int round = 0; round < FirstRounds; round++) ForEach(contestants, size, contestant => contestant.Sample());
        return contestants;
    }

    private static void ForEach(Contestant[] contestants, long size, Action<Contestant> action)
    {
        foreach (Contestant contestant in contestants.OrderBy(contestant => contestant.NeedsPool))
        {
            long pages = size / HugePage + SparePages;
            HugepagePool.Reserve(contestant.NeedsPool ? pages : 0);
            HugepagePool.Allow(contestant.NeedsPool ? 0 : pages);
            action(contestant);
            // The kernel takes a ring apart 15 to 20 ms after it is closed; the next one shall not pay for that.
            Thread.Sleep(40);
        }
    }

    private static IEnumerable<Contestant> Contestants(long size, List<Child> children)
    {
        foreach (RungUnderTest rung in RungUnderTest.All)
        {
            yield return Served(rung.OurName, rung.NeedsPool, children, Programs.Ours, rung.OurArguments(size));
            yield return Served(rung.CName, rung.NeedsPool, children, Programs.C, rung.CArguments(size));
        }

        yield return Served(PopulateResult.Mlock, needsPool: false, children, Programs.C, ["mlock", $"{size}"]);
        // EAL starts once in a process.
        yield return new Contestant(
            PopulateResult.Dpdk, needsPool: true, () => Format.Parse(Child.Run(Programs.Dpdk, "start", $"{size >> 20}")[^1]));
    }

    private static Contestant Served(string name, bool needsPool, List<Child> children, string file, string[] arguments)
    {
        Child? child = null;
        return new Contestant(name, needsPool, () =>
        {
            if (child is null) Start();
            string? answer = child!.TryAsk();
            if (answer is not null) return Format.Parse(answer);
            BenchException ended = child.Ended();
            child = null;
            throw ended;
        });

        void Start()
        {
            child = Child.Start(file, arguments);
            children.Add(child);
            // Its first round is not like the others.
            child.TryAsk();
        }
    }

    private static double First(string file, string[] arguments)
    {
        using var child = Child.Start(file, arguments);
        return Format.Parse(child.TryAsk() ?? throw child.Ended());
    }
}
