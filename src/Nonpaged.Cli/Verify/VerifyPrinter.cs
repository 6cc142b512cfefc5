using System.Globalization;
using Nonpaged.Verify;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows how a verification goes on, and what it found.</summary>
/// <param name="screen">Where to.</param>
/// <param name="isSilent">The results go to a document on standard output instead.</param>
internal sealed class VerifyPrinter(Screen screen, bool isSilent)
{
    private readonly Dictionary<VerifyCheck, int> _runs = [];

    /// <summary>A run has ended.</summary>
    public void ShowRun(VerifyRunResult result, IReadOnlyList<FindingDocument> found)
    {
        _runs[result.Run.Check] = _runs.GetValueOrDefault(result.Run.Check) + 1;
        string outcome = result.Hung ? "hangs" : result.Fault is not null ? "crashes" : found.Count switch
        {
            0 => "nothing new",
            1 => "1 finding",
            _ => $"{found.Count} findings",
        };
        screen.Say(string.Create(CultureInfo.InvariantCulture,
            $"{VerifyChecks.NameOf(result.Run.Check)} {_runs[result.Run.Check]}: {result.Run.Name}: {outcome} "
                + $"({result.Time.TotalSeconds:0.0} s)"));
    }

    /// <param name="document">What came of it.</param>
    /// <param name="note">What a person should know of it; null for nothing.</param>
    public void ShowEnd(VerifyDocument document, string? note)
    {
        if (note is not null) screen.Say(note);
        if (isSilent) return;
        foreach (FindingDocument finding in document.Findings) Show(finding);
        Table table = new Table().Border(TableBorder.None).AddColumns("check", "runs", "seconds", "findings");
        table.Columns[1].RightAligned();
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        foreach (VerifyCheckDocument check in document.Checks)
        {
            table.AddRow(check.Name, $"{check.Runs}", check.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                $"{check.Findings}");
        }

        screen.Out.Write(table);
        int known = document.Findings.Count(one => one.Known);
        int found = document.Findings.Count - known;
        string also = known == 0 ? "" : $", and {known} known";
        screen.WriteWhole(string.Create(CultureInfo.InvariantCulture,
            $"{document.Driver}: {(found == 1 ? "1 finding" : $"{found} findings")}{also}, seed {document.Seed}, "
                + $"{document.Seconds:0.0} s"));
        if (document.Failure is { } failure) FailurePrinter.Print(screen, failure);
    }

    private void Show(FindingDocument finding)
    {
        string known = finding.Known ? " (known)" : "";
        screen.WriteWhole($"{Place(finding)}: {finding.Rule}{known}: {finding.Message}");
        foreach (FrameDocument frame in finding.Stack.Skip(1).Take(4)) screen.WriteWhole($"    called from {Text(frame)}");
        if (finding.Allocated is [var allocated, ..]) screen.WriteWhole($"    allocated in {Text(allocated)}");
        if (finding.Freed is [var freed, ..]) screen.WriteWhole($"    freed in {Text(freed)}");
        screen.WriteWhole($"    rule: {finding.Source}");
        screen.WriteWhole($"    {finding.Repeat}");
        screen.WriteWhole("");
    }

    private static string Place(FindingDocument finding) =>
        finding.Stack is [var first, ..] ? Text(first) : finding.Handler is { } handler ? $"{finding.Driver}, {Full(handler)}"
            : finding.Driver;

    private static string Text(FrameDocument frame)
    {
        string function = frame.Function ?? frame.Place;
        return frame.File is null || frame.Line == 0 ? $"{function} ({frame.Place})" : $"{frame.File}:{frame.Line}: {function}";
    }

    private static string Full(string handler) =>
        handler.StartsWith("Miniport", StringComparison.Ordinal) || handler.StartsWith("Protocol", StringComparison.Ordinal)
            ? handler
            : $"Miniport{handler}";
}
