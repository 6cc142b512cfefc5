using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Nonpaged.Verify;

/// <summary>The places in a driver in C# that the calling thread's stack has.</summary>
internal static partial class ManagedStack
{
    // What NDIS's functions are called by, or call.
    private static readonly string[] s_own =
        ["System.", "Nonpaged.Ndis.", "Nonpaged.Machines.", "Nonpaged.Verify.", "Nonpaged.Protocols.", "Nonpaged.Cli.",
        "Nonpaged.Interop.", "Nonpaged.Program", "Program.", "Xunit."];

    public static IReadOnlyList<CodePlace> Here() => Parse(new StackTrace(fNeedFileInfo: true).ToString());

    /// <summary>The places in the text of a stack trace.</summary>
    public static IReadOnlyList<CodePlace> Parse(string trace) =>
    [
        .. Frame().Matches(trace)
            .Where(frame => !s_own.Any(own => frame.Groups[1].Value.StartsWith(own, StringComparison.Ordinal)))
            .Select(frame => new CodePlace(
                frame.Groups[2].Value, ulong.TryParse(frame.Groups[3].Value, out ulong line) ? line : 0, frame.Groups[1].Value)),
    ];

    [GeneratedRegex(@"^ +at ([^(\n]+)\([^\n]*?\)(?: in ([^\n]+):line (\d+))?\s*$", RegexOptions.Multiline)]
    private static partial Regex Frame();
}
