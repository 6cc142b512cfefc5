using System.CommandLine;
using System.Text.Json;

namespace Nonpaged.Bench;

/// <summary>bench table: saved results as they go into docs/benchmarks.md.</summary>
internal static class TableCommand
{
    private static readonly Argument<string> s_file = new("file") { Description = "What --save wrote." };

    public static Command Create()
    {
        var command = new Command("table", "Saved results as tables.") { s_file };
        command.SetAction(parsed =>
        {
            Results results = JsonSerializer.Deserialize(File.ReadAllText(parsed.GetValue(s_file)!), BenchJson.Default.Results)
                ?? throw new BenchException("The file is empty.");
            Console.Out.Write(MarkdownTable.Of(results));
        });
        return command;
    }
}
