using System.CommandLine;
using System.Text.Json;

namespace Nonpaged.Bench;

/// <summary>bench heap.</summary>
internal static class HeapCommand
{
    // Of one turn.
    private const double Milliseconds = 6;
    private const double QuickMilliseconds = 2;
    private const int Rounds = 5;
    private const int QuickRounds = 3;

    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON document on standard output." };
    private static readonly Option<int?> s_rounds = new("--rounds") { Description = "Rounds that count: 5, or 3 with --quick." };
    private static readonly Option<bool> s_quick = new("--quick")
    { Description = "Short rounds and small live sets: for a look." };
    private static readonly Option<string[]> s_row = new("--row")
    { Description = $"Only these rows: {string.Join(", ", HeapCase.Names)}." };
    private static readonly Option<string?> s_save = Saved.Option();

    public static Command Create()
    {
        var command = new Command("heap", "Blocks, allocated and freed, beside the allocators of C programs.")
        { s_json, s_rounds, s_quick, s_row, s_save };
        s_rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 1000) result.AddError("--rounds is 1 to 1000.");
        });
        s_row.AllowMultipleArgumentsPerToken = true;
        s_row.AcceptOnlyFromAmong([.. HeapCase.Names]);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        bool quick = parsed.GetValue(s_quick);
        bool isWhole = !quick && parsed.GetValue(s_row) is not { Length: > 0 };
        string? file = Saved.Target(parsed, s_save, "heap.json", isWhole);
        int rounds = parsed.GetValue(s_rounds) ?? (quick ? QuickRounds : Rounds);
        string[] rows = parsed.GetValue(s_row) is { Length: > 0 } some ? some : [.. HeapCase.Names];
        using var bench = new HeapBench(rounds, quick ? QuickMilliseconds : Milliseconds, Console.Error);
        bench.Run([.. HeapCase.All(quick).Where(one => rows.Contains(one.Row))]);
        var results = new HeapResults(
            MachineFacts.Read(), AllocatorVersions.Read(), rounds, quick, bench.Rows, bench.Dotnet, bench.Calls, bench.Details);
        string json = JsonSerializer.Serialize(results, BenchJson.Default.HeapResults);
        if (file is not null) File.WriteAllText(file, json + "\n");
        Console.Out.WriteLine(parsed.GetValue(s_json) ? json : HeapTable.Of(results));
        return 0;
    }
}
