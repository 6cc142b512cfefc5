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

    private static readonly int[] s_sizes = [64, 1514];
    private static readonly string[] s_peers = ["glibc", "mimalloc", "jemalloc", "rte_malloc"];

    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON document on standard output." };
    private static readonly Option<int> s_rounds = new("--rounds")
    { Description = "Rounds that count.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string?> s_save = new("--save")
    { Description = "Also writes the JSON document into this file." };

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
        int rounds = parsed.GetValue(s_rounds);
        HugepagePool.Allow(HugePages);
        var results = new CResults(
            MachineFacts.Read(), AllocatorVersions.Read(), rounds, [.. s_sizes.Select(size => Measure(size, rounds))]);
        string json = JsonSerializer.Serialize(results, BenchJson.Default.CResults);
        if (parsed.GetValue(s_save) is { } file) File.WriteAllText(file, json + "\n");
        Console.Out.WriteLine(parsed.GetValue(s_json) ? json : TableOf(results));
        return 0;
    }

    /// <summary>Results as a table that a person reads.</summary>
    public static string TableOf(CResults results)
    {
        var text = new StringBuilder();
        MachineFacts machine = results.Machine;
        string versions = string.Join(", ", results.Allocators.Select(one => $"{one.Key} {one.Value}"));
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{machine.Cpu}, {machine.Cores} cores, Linux {machine.Kernel}, {machine.Runtime}, {machine.Compiler}, {versions}, "
                + $"{machine.Date}. Minimum of {results.Rounds} rounds, and median.");
        text.AppendLine().AppendLine($"| | NdisAllocateMemory | {string.Join(" | ", s_peers)} | best | ratio |");
        text.AppendLine($"|---|---|{string.Concat(s_peers.Select(_ => "---|"))}---|---|");
        foreach (CRow row in results.Rows)
        {
            string peers = string.Join(" | ", s_peers.Select(peer => Both(row.Peers[peer])));
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| one block, {row.Size} B | {Both(row.Ours)} | {peers} | {row.Best} | **{Format.ShortRatio(row.Ratio)}** |");
        }

        return text.ToString();
    }

    /// <summary>In each round each is a new process, one at a time, and another one begins.</summary>
    private static CRow Measure(int size, int rounds)
    {
        string[] names = [Ours, .. s_peers];
        Dictionary<string, List<double>> values = names.ToDictionary(name => name, _ => new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (string name in names.Skip(round % names.Length).Concat(names.Take(round % names.Length)))
            {
                using var child = Child.Start(Programs.Heap(name), Format.Number(Milliseconds));
                values[name].Add(Format.Parse(child.TryAsk($"lifo {size}") ?? throw child.Ended()));
            }
        }

        var times = values.ToDictionary(value => value.Key, value => Times.Of(value.Key, value.Value));
        string best = s_peers.MinBy(peer => times[peer].Minimum)!;
        return new CRow("c", size, times[Ours], s_peers.ToDictionary(
            peer => peer, peer => times[peer]), best, Math.Round(times[Ours].Minimum / times[best].Minimum, 3));
    }

    private static string Both(Times times) => $"{Format.Short(times.Minimum)}, {Format.Short(times.Median)}";
}
