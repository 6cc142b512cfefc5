using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nonpaged.Bench;

/// <summary>bench populate.</summary>
internal static class PopulateCommand
{
    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON document on standard output." };
    private static readonly Option<int> s_rounds = new("--rounds")
    { Description = "Rounds that count; of 16 MiB twelve times as many.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string?> s_save = Saved.Option();

    public static Command Create()
    {
        var command = new Command(
            "populate", "16 MiB, 256 MiB and 1 GiB made resident, pinned and translated; and single translations.")
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
        string? file = Saved.Target(parsed, s_save, "populate.json");
        TextWriter log = Console.Error;
        PopulateResult[] populated = [.. new PopulateBench(parsed.GetValue(s_rounds), log).Run()];
        var rows = new JsonArray();
        foreach (PopulateRow row in populated.SelectMany(result => result.Rows()))
            rows.Add(JsonSerializer.SerializeToNode(row, BenchJson.Default.PopulateRow));
        foreach (FirstRow row in populated.SelectMany(result => result.FirstRows()))
            rows.Add(JsonSerializer.SerializeToNode(row, BenchJson.Default.FirstRow));
        foreach (TranslateRow row in TranslateBench.Run(log))
            rows.Add(JsonSerializer.SerializeToNode(row, BenchJson.Default.TranslateRow));
        IEnumerable<SizeTimes> times = populated.Select(result =>
            new SizeTimes(result.Size, [.. result.Contestants.Select(one => one.Times)]));
        var results = new Results(MachineFacts.Read(), rows, [.. times]);
        string json = JsonSerializer.Serialize(results, BenchJson.Default.Results);
        if (file is not null) File.WriteAllText(file, json + "\n");
        Console.Out.WriteLine(parsed.GetValue(s_json) ? json : MarkdownTable.Of(results));
        return 0;
    }
}
