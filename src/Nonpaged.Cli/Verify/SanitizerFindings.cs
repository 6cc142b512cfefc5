using System.Globalization;
using System.Text.RegularExpressions;
using Nonpaged.Ndis;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>
/// What a driver's sanitizer said on standard error, as findings: ThreadSanitizer's and AddressSanitizer's reports, and
/// UndefinedBehaviorSanitizer's lines.
/// </summary>
internal static partial class SanitizerFindings
{
    /// <summary>Those with a place in one of the drivers.</summary>
    /// <param name="result">The run.</param>
    /// <param name="drivers">The drivers' files.</param>
    public static IEnumerable<VerifyFinding> Of(VerifyRunResult result, IReadOnlyList<string> drivers)
    {
        foreach (Match report in Report().Matches(result.Said))
        {
            (string tool, string kind) = report.Groups["undefined"].Success ? ("UndefinedBehaviorSanitizer", "undefined-behavior")
                : (report.Groups["tool"].Value, report.Groups["kind"].Value.Split(" on ")[0].Trim().Replace(' ', '-'));
            // The accesses first, then where threads and memory come from: a paragraph each.
            List<(string Head, List<CodePlace> Stack)> stacks = [];
            foreach (string line in report.Value.Split('\n'))
            {
                if (Frame().Match(line) is not { Success: true } frame)
                {
                    if (line.Trim().Length > 0) stacks.Add((line.Trim(), []));
                    continue;
                }

                string? file = drivers.FirstOrDefault(one => Path.GetFileName(one) == frame.Groups["module"].Value);
                if (file is null || stacks.Count == 0) continue;
                ulong offset = ulong.Parse(frame.Groups["offset"].Value, NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture);
                stacks[^1].Stack.Add(new CodePlace(file, offset, frame.Groups["function"].Value));
            }

            (string Head, List<CodePlace> Stack)[] known = [.. stacks.Where(one => one.Stack.Count > 0)];
            if (known.Length == 0) continue;
            // Of a race's two accesses the one that nothing orders is at fault.
            List<CodePlace> place = known.Take(2).FirstOrDefault(one => !one.Head.Contains("atomic ",
                StringComparison.OrdinalIgnoreCase)).Stack ?? known[0].Stack;
            string driver = Path.GetFileNameWithoutExtension(place[0].Module);
            string said = report.Groups["undefined"].Success ? report.Groups["undefined"].Value : kind.Replace('-', ' ');
            string accesses = string.Join(" ", known.Take(2).Where(one => Access().IsMatch(one.Head)).Select(one =>
                $"{Address().Replace(one.Head.TrimEnd(':'), "")} in {one.Stack[0].Symbol}."));
            yield return new VerifyFinding
            {
                Rule = kind,
                Check = result.Run.Check,
                Message = $"{tool}: {said}. {accesses}".TrimEnd(),
                Driver = driver,
                Source = $"gcc(1), -fsanitize: {tool}",
                Run = result.Run.Name,
                Seed = result.Run.Seed,
                Stack = place,
            };
        }
    }

    [GeneratedRegex(@"(?:WARNING|ERROR): (?<tool>\w+Sanitizer): (?<kind>[a-zA-Z -]+)(?s:.*?)(?=^SUMMARY|\z)"
        + @"|^\S+:\d+:\d+: runtime error: (?<undefined>[^\n]*)\n(?:^ +#\d+ [^\n]*\n)*", RegexOptions.Multiline)]
    private static partial Regex Report();

    [GeneratedRegex(@"^ +#\d+ (?:0x[0-9a-f]+ in )?(?<function>\S+) .*[(/](?<module>[^()/+]+)\+0x(?<offset>[0-9a-f]+)\)")]
    private static partial Regex Frame();

    [GeneratedRegex("^(?:Previous |Atomic |Previous atomic )?(?:read|write|Read|Write|READ|WRITE) ")]
    private static partial Regex Access();

    [GeneratedRegex(" at 0x[0-9a-f]+")]
    private static partial Regex Address();
}
