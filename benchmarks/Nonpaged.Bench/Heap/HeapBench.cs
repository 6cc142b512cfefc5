namespace Nonpaged.Bench;

/// <summary>
/// The heap beside the allocators of C programs. Each is in a process of its own that lives for the whole run; in each round of a row all take turns, one at a
/// time, so that what disturbs the machine disturbs all of them.
/// </summary>
internal sealed class HeapBench(int rounds, double milliseconds, TextWriter log) : IDisposable
{
    // What DPDK's peers and ours have at most at the same time, in 2 MiB pages: ten million blocks of 64 bytes in each.
    private const long HugePages = 5120;

    private readonly Dictionary<string, Child> _children = [];

    public List<HeapRow> Rows { get; } = [];

    public List<HeapDotnetRow> Dotnet { get; } = [];

    public List<HeapDetail> Details { get; } = [];

    public void Run(IReadOnlyList<HeapCase> cases)
    {
        ILookup<bool, HeapCase> kinds = cases.ToLookup(one => one.IsMemory);
        long needed = cases.Max(one => one.Bytes);
        if (ProcessMemory.Available < needed)
            throw new BenchException($"It needs {needed >> 20} MiB of memory, and {ProcessMemory.Available >> 20} MiB are available. --quick needs less.");
        HugepagePool.Allow(HugePages);
        foreach (HeapCase one in kinds[false]) Run(one);
        End();
        if (kinds[true].Any()) RunMemory([.. kinds[true]]);
    }

    public void Dispose() => End();

    private void Run(HeapCase one)
    {
        log.WriteLine(one.Workload);
        string[] names = [.. HeapContestants.For(one)];
        Dictionary<string, List<double>> values = names.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            // Another one begins in each round.
            foreach (string name in names.Skip(round % names.Length).Concat(names.Take(round % names.Length)))
                values[name].Add(Format.Parse(Ask(name, one.Workload)));
        }

        if (one.Row == "live")
        {
            foreach (string name in names) Ask(name, "drop");
        }

        Add(one, values, null);
    }

    /// <summary>In processes that did nothing before, one after the other.</summary>
    private void RunMemory(HeapCase[] phases)
    {
        var values = phases.ToDictionary(phase => phase, _ => new Dictionary<string, List<double>>());
        var free = new Dictionary<HeapCase, double>();
        foreach (string name in HeapContestants.For(phases[0]))
        {
            log.WriteLine($"memory, {name}");
            foreach (HeapCase phase in phases.Where(phase => HeapContestants.For(phase).Contains(name)))
            {
                string[] answer = Ask(name, phase.Workload).Split(' ');
                values[phase][name] = [Format.Parse(answer[0])];
                if (name == HeapContestants.Aot) free[phase] = Format.Round(Format.Parse(answer[1]));
            }

            End();
        }

        foreach (HeapCase phase in phases) Add(phase, values[phase], free[phase]);
    }

    private string Ask(string name, string workload)
    {
        if (!_children.TryGetValue(name, out Child? child)) _children[name] = child = HeapContestants.Start(name, milliseconds);
        return child.TryAsk(workload) ?? throw child.Ended();
    }

    private void Add(HeapCase one, Dictionary<string, List<double>> values, double? freePages)
    {
        Details.Add(new HeapDetail(one.Workload, [.. values.Select(value => Times.Of(value.Key, value.Value))], freePages));
        var ours = new HeapOurs(Minimum(HeapContestants.Aot), Minimum(HeapContestants.Jit), Minimum(HeapContestants.Unchecked));
        Rows.Add(HeapRow.Of(one, ours, HeapContestants.Peers.ToDictionary(peer => peer, Minimum)));
        if (!one.IsForDotnet) return;
        Dotnet.Add(new HeapDotnetRow(
            one.Row, one.Size, one.Count, one.Threads,
            Minimum(HeapContestants.NativeMemory), Minimum(HeapContestants.ArrayPool), Minimum(HeapContestants.MemoryPool)));

        double? Minimum(string name) => values.TryGetValue(name, out List<double>? all) ? Format.Round(all.Min()) : null;
    }

    private void End()
    {
        foreach (Child child in _children.Values) child.Dispose();
        _children.Clear();
    }
}
