using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nonpaged.Bench;

/// <summary>bench c.</summary>
internal static class CCommand
{
    private const double Milliseconds = 60;
    private const long HugePages = 512;
    private const string Ours = "ndis";
    private const string Jemalloc = "jemalloc";

    // A program whose frees are told the length.
    private const string Told = "_by_length";

    private static readonly int[] s_sizes = [64, 1514];
    private static readonly string[] s_frees = [HeapCase.Unsized, HeapCase.Sized];
    private static readonly string[] s_peers = ["glibc", "mimalloc", Jemalloc, "rte_malloc"];

    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON document on standard output." };
    private static readonly Option<int> s_rounds = new("--rounds")
    { Description = "Rounds that count.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string?> s_save = Saved.Option();

    public static Command Create()
    {
        var command = new Command(
            "c", "NdisAllocateMemory and NdisFreeMemory in a C program, beside the allocators of C programs.")
        { s_json, s_rounds, s_save };
        s_rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000) result.AddError("--rounds is 1 to 1000.");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string? file = Saved.Target(parsed, s_save, "c.json");
        int rounds = parsed.GetValue(s_rounds);
        HugepagePool.Allow(HugePages);
        var results = new CResults(
            MachineFacts.Read(), AllocatorVersions.Read(), rounds,
            [.. from free in s_frees from size in s_sizes select Measure(size, free, rounds)]);
        string json = JsonSerializer.Serialize(results, BenchJson.Default.CResults);
        if (file is not null) File.WriteAllText(file, json + "\n");
        Console.Out.WriteLine(parsed.GetValue(s_json) ? json : TableOf(results));
        return 0;
    }

    /// <summary>Results as a table that a person reads.</summary>
    public static string TableOf(CResults results)
    {
        var text = new StringBuilder();
        text.AppendLine($"{Title(results)}. Minimum, and median.");
        text.AppendLine().AppendLine($"| | NdisAllocateMemory | {string.Join(" | ", s_peers)} | best | ratio | |");
        text.AppendLine($"|---|---|{string.Concat(s_peers.Select(_ => "---|"))}---|---|---|");
        foreach (CRow row in results.Rows)
        {
            string peers = string.Join(" | ", s_peers.Select(peer => Both(row.Peers[peer])));
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {Name(row)} | {Both(row.Ours)} | {peers} | {row.Best} | **{Format.ShortRatio(row.Ratio)}** | "
                    + $"{Verdict.Of(row.Ratio)} |");
        }

        text.AppendLine().AppendLine(Verdict.Count(results.Rows.Select(row => (double?)row.Ratio)));

        return text.ToString();
    }

    /// <summary>On what, with what and when it was measured.</summary>
    public static string Title(CResults results)
    {
        string versions = string.Join(", ", results.Allocators.Select(one => $"{one.Key} {one.Value}"));
        return FormattableString.Invariant(
            $"{results.Machine.Describe($"{results.Machine.Compiler}, {versions}")}; {results.Rounds} rounds");
    }

    /// <summary>A row as a person calls it.</summary>
    public static string Name(CRow row) => $"one block, {row.Size} B{(row.Free == HeapCase.Sized ? ", sized free" : "")}";

    /// <summary>In each round each is a new process, one at a time, and another one begins.</summary>
    private static CRow Measure(int size, string free, int rounds)
    {
        string[] names = [Ours, .. s_peers, .. free == HeapCase.Sized ? [Jemalloc + Told] : Array.Empty<string>()];
        Dictionary<string, List<double>> values = names.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (string name in names.Skip(round % names.Length).Concat(names.Take(round % names.Length)))
            {
                string program = name == Ours && free == HeapCase.Sized ? name + Told : name;
                using var child = Child.Start(Programs.Heap(program), Format.Number(Milliseconds));
                values[name].Add(Format.Parse(child.TryAsk($"lifo {size}") ?? throw child.Ended()));
            }
        }

        var times = values.ToDictionary(value => value.Key, value => Times.Of(value.Key, value.Value));
        // Its user would take the faster of its two frees.
        if (times.Remove(Jemalloc + Told, out Times? told) && told.Minimum < times[Jemalloc].Minimum) times[Jemalloc] = told;
        string best = s_peers.MinBy(peer => times[peer].Minimum)!;
        return new CRow("c", size, times[Ours], s_peers.ToDictionary(
            peer => peer, peer => times[peer]), best, Math.Round(times[Ours].Minimum / times[best].Minimum, 3), free);
    }

    private static string Both(Times times) => $"{Format.Short(times.Minimum)}, {Format.Short(times.Median)}";
}
