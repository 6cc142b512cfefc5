using System.CommandLine;
using System.Text.Json;

namespace Nonpaged.Bench;

/// <summary>bench iova.</summary>
internal static class IovaCommand
{
    private static readonly Option<bool> s_json = new("--json") { Description = "One JSON document on standard output." };
    private static readonly Option<int> s_rounds = new("--rounds")
    { Description = "How many processes of each side, in turn.", DefaultValueFactory = _ => 5 };
    private static readonly Option<string?> s_save = Saved.Option();

    public static Command Create()
    {
        var command = new Command(
            "iova", "2 MiB, 64 MiB and 1 GiB mapped for a device by VFIO and unmapped, in a guest; and single translations.")
        { s_json, s_rounds, s_save };
        s_rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 100) result.AddError("--rounds is 1 to 100.");
        });
        command.SetAction(async parsed =>
        {
            string? file = Saved.Target(parsed, s_save, "iova.json");
            IovaResults results = await new IovaBench(parsed.GetValue(s_rounds), Console.Error).RunAsync();
            string json = JsonSerializer.Serialize(results, BenchJson.Default.IovaResults);
            if (file is not null) await File.WriteAllTextAsync(file, json + "\n");
            await Console.Out.WriteLineAsync(parsed.GetValue(s_json) ? json : IovaTable.Of(results));
            return 0;
        });
        return command;
    }
}
