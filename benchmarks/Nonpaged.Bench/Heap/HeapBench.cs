namespace Nonpaged.Bench;

/// <summary>
/// The heap beside the allocators of C programs. Each is in a process of its own; in each round of a row all take several
/// short turns, one at a time, and the least counts: what disturbs the machine disturbs all of them, and is seldom there
/// in all turns of one. Each round has new processes, because where the kernel places a stack and a heap makes a difference of
/// a third, for all of them, and stays so for the life of a process. Only large live sets are kept from round to round:
/// filling them takes the longest.
/// </summary>
internal sealed class HeapBench(int rounds, double milliseconds, TextWriter log) : IDisposable
{
    // What DPDK's peers and ours have at most at the same time, in 2 MiB pages: ten million blocks of 64 bytes in each.
    private const long HugePages = 5120;

    // What others leave of a live set in the caches is no part of what is measured, so it has fewer and longer turns.
    private const int Turns = 8;
    private const int TurnsOfLiveSets = 2;
    private const int TimesAsLong = 5;

    // What one measurement of it takes is many times what is asked for.
    private const int TurnsOfLongRows = 3;

    private readonly Dictionary<string, Child> _children = [];

    public List<HeapRow> Rows { get; } = [];

    public List<HeapDotnetRow> Dotnet { get; } = [];

    public List<HeapCallsRow> Calls { get; } = [];

    public List<HeapDetail> Details { get; } = [];

    public void Run(IReadOnlyList<HeapCase> cases)
    {
        long needed = cases.Max(one => one.Bytes);
        if (ProcessMemory.Available < needed)
        {
            throw new BenchException($"It needs {needed >> 20} MiB of memory, and {ProcessMemory.Available >> 20} MiB are "
                + "available. --quick needs less.");
        }

        HugepagePool.Allow(HugePages);
        var values = cases.ToDictionary(
            one => one, one => HeapContestants.For(one).ToDictionary(name => name, _ => new List<double>()));
        for (int round = 0; round < rounds; round++)
        {
            foreach (HeapCase one in cases.Where(one => !one.IsMemory && one.Row != "live")) Ask(one, round, values[one]);
            End();
            foreach (HeapCase one in cases.Where(one => one.Row == "live" && !one.IsLarge)) Ask(one, round, values[one]);
            End();
        }

        foreach (HeapCase one in cases.Where(one => one.IsLarge))
        {
            for (int round = 0; round < rounds; round++) Ask(one, round, values[one]);
            Drop(one);
        }

        End();
        Dictionary<HeapCase, double> free = RunMemory([.. cases.Where(one => one.IsMemory)], values);
        foreach (HeapCase one in cases) Add(one, values[one], free.TryGetValue(one, out double pages) ? pages : null);
    }

    public void Dispose() => End();

    private void Ask(HeapCase one, int round, Dictionary<string, List<double>> values)
    {
        log.WriteLine($"round {round + 1} of {rounds}, {one.Workload}");
        string[] names = [.. HeapContestants.For(one)];
        Dictionary<string, double> least = names.ToDictionary(name => name, _ => double.MaxValue);
        for (int turn = 0; turn < TurnsOf(one); turn++)
        {
            // Another one begins in each turn.
            int first = (round + turn) % names.Length;
            foreach (string name in names.Skip(first).Concat(names.Take(first)))
                least[name] = double.Min(least[name], Format.Parse(Ask(name, one)));
        }

        foreach (string name in names) values[name].Add(least[name]);
        if (!one.IsLarge) Drop(one);
    }

    private static int TurnsOf(HeapCase one) => one.Row switch
    {
        "live" => TurnsOfLiveSets,
        "large" or "threads" => TurnsOfLongRows,
        _ => one.IsAlone ? 1 : Turns,
    };

    private void Drop(HeapCase one)
    {
        if (one.Row != "live") return;
        foreach (string name in HeapContestants.For(one)) Ask(name, one with { Workload = "drop" });
    }

    /// <summary>In processes that did nothing before, one after the other. What ours has free in whole pages.</summary>
    private Dictionary<HeapCase, double> RunMemory(
        HeapCase[] phases, Dictionary<HeapCase, Dictionary<string, List<double>>> values)
    {
        var free = new Dictionary<HeapCase, double>();
        foreach (string name in phases.SelectMany(HeapContestants.For).Distinct())
        {
            log.WriteLine($"memory, {name}");
            foreach (HeapCase phase in phases.Where(phase => values[phase].ContainsKey(name)))
            {
                string[] answer = Ask(name, phase).Split(' ');
                values[phase][name].Add(Format.Parse(answer[0]));
                if (name == HeapContestants.Aot) free[phase] = Format.Round(Format.Parse(answer[1]));
            }

            End();
        }

        return free;
    }

    private string Ask(string name, HeapCase one)
    {
        string process = HeapContestants.ProcessOf(name, one);
        double time = one.Row == "live" ? TimesAsLong * milliseconds : milliseconds;
        if (one.IsAlone)
        {
            using Child alone = HeapContestants.Start(process, time);
            return alone.TryAsk(one.Workload) ?? throw alone.Ended();
        }

        if (!_children.TryGetValue(process, out Child? child))
            _children[process] = child = HeapContestants.Start(process, time);
        return child.TryAsk(one.Workload) ?? throw child.Ended();
    }

    private void Add(HeapCase one, Dictionary<string, List<double>> values, double? freePages)
    {
        Details.Add(new HeapDetail(
            one.Workload, [.. values.Select(value => Times.Of(value.Key, value.Value))], freePages,
            one.Free, one.FromC ? "c" : null));
        var ours = new HeapOurs(
            Minimum(one.FromC ? HeapContestants.C : HeapContestants.Aot), Minimum(HeapContestants.Jit),
            Minimum(HeapContestants.Unchecked));
        Rows.Add(HeapRow.Of(one, ours, HeapContestants.PeersOf(one).ToDictionary(peer => peer, MinimumOf)));
        if (one.IsForCalls)
        {
            Calls.Add(new HeapCallsRow(
                one.Row, one.Size, one.Count, Minimum(HeapContestants.FurtherPool), Minimum(HeapContestants.NdisAllocateMemory),
                Minimum(HeapContestants.Lookaside)));
        }

        if (!one.IsForDotnet) return;
        Dotnet.Add(new HeapDotnetRow(
            one.Row, one.Size, one.Count, one.Threads,
            Minimum(HeapContestants.NativeMemory), Minimum(HeapContestants.ArrayPool), Minimum(HeapContestants.MemoryPool),
            Minimum(HeapContestants.AsMemoryPool)));

        double? MinimumOf(string peer) => HeapContestants.NamesOf(peer, one.IsSized).Min(Minimum);

        double? Minimum(string name) => values.TryGetValue(name, out List<double>? all) ? Format.Round(all.Min()) : null;
    }

    private void End()
    {
        foreach (Child child in _children.Values) child.Dispose();
        _children.Clear();
    }
}
