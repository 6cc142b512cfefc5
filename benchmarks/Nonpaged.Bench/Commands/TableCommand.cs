using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nonpaged.Bench;

/// <summary>bench table: saved results as they go into docs/benchmarks.md.</summary>
internal static class TableCommand
{
    private static readonly Argument<string> s_file = new("file") { Description = "What --save wrote." };
    private static readonly Option<bool> s_short = new("--short") { Description = "Of the heap: a line for each kind of row." };

    public static Command Create()
    {
        var command = new Command("table", "Saved results as tables.") { s_file, s_short };
        command.SetAction(parsed =>
        {
            string json = File.ReadAllText(parsed.GetValue(s_file)!);
            Console.Out.Write(KindOf(json) switch
            {
                "populate" or "populate-first" or "translate" or "translate-jit" =>
                    MarkdownTable.Of(Read(json, BenchJson.Default.Results)),
                "iova" => IovaTable.Of(Read(json, BenchJson.Default.IovaResults)),
                "c" => CCommand.TableOf(Read(json, BenchJson.Default.CResults)),
                _ => Heap(Read(json, BenchJson.Default.HeapResults), parsed.GetValue(s_short)),
            });
        });
        return command;
    }

    private static string Heap(HeapResults results, bool isShort) => isShort ? HeapSummary.Of(results) : HeapTable.Of(results);

    /// <summary>What the document is of: its only kind of row, or that of its first.</summary>
    private static string? KindOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("guest", out _) ? "iova"
            : document.RootElement.GetProperty("rows")[0].GetProperty("row").GetString();
    }

    private static T Read<T>(string json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new BenchException("The file is empty.");
}
