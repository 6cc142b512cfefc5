using System.Globalization;
using System.Text.RegularExpressions;

namespace Nonpaged.Tidy.Tests;

/// <summary>docs/tour.md.</summary>
internal sealed partial class TourDocument
{
    private const string Fence = "```";

    private static readonly string s_file = Path.Combine(Repository.Root, "docs/tour.md");

    private TourDocument(IReadOnlyList<TourStep> steps, IReadOnlyList<int> unmarked) => (Steps, Unmarked) = (steps, unmarked);

    public IReadOnlyList<TourStep> Steps { get; }

    /// <summary>Lines (from 1) at which a step has a fenced block that no comment says anything of.</summary>
    public IReadOnlyList<int> Unmarked { get; }

    public static TourDocument Read()
    {
        string[] lines = File.ReadAllLines(s_file);
        var steps = new List<TourStep>();
        var blocks = new List<TourBlock>();
        var unmarked = new List<int>();
        for (int at = 0; at < lines.Length; at++)
        {
            if (Heading().Match(lines[at]) is { Success: true } heading)
            {
                blocks = [];
                steps.Add(new TourStep(int.Parse(heading.Groups[1].ValueSpan, CultureInfo.InvariantCulture), blocks));
            }

            if (!lines[at].StartsWith(Fence, StringComparison.Ordinal)) continue;
            Match mark = Mark().Match(at > 0 ? lines[at - 1] : "");
            int first = at + 1;
            int end = Array.IndexOf(lines, Fence, first);
            string text = string.Concat(lines[first..end].Select(line => $"{line}\n"));
            if (mark.Success) blocks.Add(new TourBlock(mark.Groups[1].Value, mark.Groups[2].Value, text, first));
            else if (steps.Count > 0) unmarked.Add(at + 1);
            at = end;
        }

        return new TourDocument(steps, unmarked);
    }

    /// <summary>Puts outputs in the places of these blocks, with the date.</summary>
    public static void Write(IReadOnlyList<(TourBlock Block, string Output)> outputs)
    {
        List<string> lines = [.. File.ReadAllLines(s_file)];
        foreach ((TourBlock block, string output) in outputs.OrderByDescending(one => one.Block.FirstLine))
        {
            lines.RemoveRange(block.FirstLine, block.LineCount);
            lines.InsertRange(block.FirstLine, output.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
        }

        string today = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        File.WriteAllLines(
            s_file, lines.Select(line => Date().Replace(line, $"<!-- date -->{today}<!-- end -->")));
    }

    [GeneratedRegex(@"^## ([0-9]+)\. ")]
    private static partial Regex Heading();

    [GeneratedRegex("^<!-- (file|run|output|undo)(?:: (.*))? -->$")]
    private static partial Regex Mark();

    [GeneratedRegex("<!-- date -->.*<!-- end -->")]
    private static partial Regex Date();
}
