using Nonpaged.Ndis;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>The findings of all runs, each fault once. Not thread-safe.</summary>
internal sealed class FindingBook(VerifyRequest request, IReadOnlySet<string> known)
{
    // What the compiler inlines into a driver from the headers of the SDK is the driver's call of it.
    private static readonly HashSet<string> s_inlined = [.. SdkHeaders.InlineFunctions];

    private readonly SourceLines _lines = new();
    private readonly Dictionary<string, FindingDocument> _findings = [];
    private readonly List<string> _order = [];

    /// <summary>Each fault, in the order in which they were found.</summary>
    public IReadOnlyList<FindingDocument> All
    {
        get
        {
            // By the function and not the line, which moves with each change of a source; of several in one they are numbered.
            Dictionary<string, string> numbered = [];
            foreach (IGrouping<string, string> alike in _order.GroupBy(key => _findings[key].Identity))
            {
                int number = 0;
                foreach (string key in alike.OrderBy(key => _findings[key].Line))
                    numbered[key] = number++ == 0 ? alike.Key : $"{alike.Key}#{number}";
            }

            return [.. _order.Select(key => _findings[key] with
            {
                Identity = numbered[key],
                Known = known.Contains(numbered[key]),
            })];
        }
    }

    /// <summary>Why lines are not known; null where they are.</summary>
    public string? Missing => _lines.Missing;

    /// <summary>Adds what a run found. Returns those that are new.</summary>
    public IReadOnlyList<FindingDocument> Add(IReadOnlyList<VerifyFinding> findings)
    {
        _lines.Learn(findings.SelectMany(one => (CodePlace[])[.. one.Stack, .. one.AllocationStack, .. one.FreeStack]));
        List<FindingDocument> added = [];
        HashSet<string> counted = [];
        foreach (FindingDocument finding in findings.Select(Of))
        {
            // Through a function that accesses a register one fault is not another.
            string key = $"{finding.Identity}:{finding.Line}:{finding.Stack.ElementAtOrDefault(1)?.Line}";
            if (!counted.Add(key)) continue;
            if (_findings.TryGetValue(key, out FindingDocument? before))
            {
                _findings[key] = before with { Count = before.Count + 1 };
                continue;
            }

            _findings[key] = finding;
            _order.Add(key);
            added.Add(finding);
        }

        return added;
    }

    /// <summary>The place in the source of a block's allocation.</summary>
    public FrameDocument? Place(IReadOnlyList<CodePlace> stack)
    {
        _lines.Learn(stack);
        return Own(_lines.Of(stack)).FirstOrDefault();
    }

    private static IEnumerable<FrameDocument> Own(IReadOnlyList<FrameDocument> frames) =>
        frames.Where(frame => frame.Function is null || !s_inlined.Contains(frame.Function));

    private FindingDocument Of(VerifyFinding finding)
    {
        IReadOnlyList<FrameDocument> stack = [.. Own(_lines.Of(finding.Stack))];
        FrameDocument? place = stack.Count > 0 ? stack[0] : null;
        string check = VerifyChecks.NameOf(finding.Check);
        string where = place?.Function ?? finding.Function ?? "";
        string identity = $"{finding.Driver}:{finding.Rule}:{where}";
        return new FindingDocument
        {
            Rule = finding.Rule,
            Check = check,
            Driver = finding.Driver,
            Message = finding.Message,
            Function = place?.Function,
            File = place?.File,
            Line = place is { Line: > 0 } ? place.Line : null,
            Handler = finding.Function,
            Source = finding.Source,
            Stack = stack,
            Allocated = [.. Own(_lines.Of(finding.AllocationStack))],
            Freed = [.. Own(_lines.Of(finding.FreeStack))],
            Seed = finding.Seed,
            Run = finding.Run,
            Repeat = Repeat(finding, check),
            Identity = identity,
        };
    }

    private string Repeat(VerifyFinding finding, string check) => string.Join(' ',
        (string[])["nonpaged", "verify", .. request.SubjectWords.Select(ShellWord), "--only", check, "--seed",
            $"{request.Seed}", "--run", ShellWord(finding.Run)]);

    private static string ShellWord(string word) =>
        word.All(one => char.IsAsciiLetterOrDigit(one) || "-_./=:,+@%".Contains(one, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
