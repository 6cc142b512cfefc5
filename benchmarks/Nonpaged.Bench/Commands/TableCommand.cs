using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nonpaged.Bench;

/// <summary>bench table: saved results as they go into docs/benchmarks.md.</summary>
internal static class TableCommand
{
    private static readonly Argument<string[]> s_files = new("file")
    { Description = "What --save wrote, of one kind.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> s_short = new("--short") { Description = "A line for each kind of row." };
    private static readonly Option<bool> s_beside = new("--beside")
    { Description = "Processors beside each other, in one table." };

    private static readonly Option<bool> s_ratios = new("--ratios")
    { Description = "Of the heap, ours to the best peer alone, processors beside each other." };

    public static Command Create()
    {
        var command = new Command("table", "Saved results as tables.") { s_files, s_short, s_beside, s_ratios };
        command.SetAction(parsed =>
        {
            string[] files = parsed.GetValue(s_files)!;
            bool isShort = parsed.GetValue(s_short);
            if (parsed.GetValue(s_ratios))
            {
                Console.Out.Write(BesideTable.Ratios([.. files.Select(Beside)]));
                return;
            }

            Console.Out.Write(isShort || parsed.GetValue(s_beside)
                ? BesideTable.Of([.. files.Select(Beside)], isShort)
                : string.Join(Environment.NewLine, files.Select(file => Table(File.ReadAllText(file)))));
        });
        return command;
    }

    private static string Table(string json) => KindOf(json) switch
    {
        "populate" => MarkdownTable.Of(Read(json, BenchJson.Default.Results)),
        "iova" => IovaTable.Of(Read(json, BenchJson.Default.IovaResults)),
        "c" => CCommand.TableOf(Read(json, BenchJson.Default.CResults)),
        "xdp" => XdpTable.Of(Read(json, BenchJson.Default.XdpResults)),
        _ => HeapTable.Of(Read(json, BenchJson.Default.HeapResults)),
    };

    private static BesideResults Beside(string file)
    {
        string json = File.ReadAllText(file);
        // Older results do not name their processor; their folder does.
        string name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))!;
        return KindOf(json) switch
        {
            "populate" => BesideResults.Of(name, Read(json, BenchJson.Default.Results)),
            "iova" => throw new BenchException("Results of iova are of a guest, and are not put beside each other."),
            "xdp" => throw new BenchException("Results of xdp are not put beside each other."),
            "c" => BesideResults.Of(name, Read(json, BenchJson.Default.CResults)),
            _ => BesideResults.Of(name, Read(json, BenchJson.Default.HeapResults)),
        };
    }

    /// <summary>What the document is of: its only kind of row, or that of its first.</summary>
    private static string? KindOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.TryGetProperty("guest", out _)) return "iova";
        string? first = document.RootElement.GetProperty("rows")[0].GetProperty("row").GetString();
        return first is "populate-first" or "translate" or "translate-jit" ? "populate" : first;
    }

    private static T Read<T>(string json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new BenchException("The file is empty.");
}
