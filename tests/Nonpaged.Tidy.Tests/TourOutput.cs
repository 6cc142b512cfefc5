using System.Text.RegularExpressions;

namespace Nonpaged.Tidy.Tests;

/// <summary>
/// Compares what a command of the tour wrote with what the document shows. A number matches any number: decimal, with a point, or
/// hexadecimal after 0x. How wide columns are does not matter. All else must be the same, except that an output marked
/// <c>labels</c> depends on the machine, so that the first word of each line is compared alone. A text in quotes must be in the
/// output as it is, its numbers included.
/// </summary>
internal static partial class TourOutput
{
    public static void Compare(TourBlock expected, string output)
    {
        bool labels = expected.Argument == "labels";
        Assert.Equal(Pattern(expected.Text, labels), Pattern(output, labels));
        if (expected.Argument.StartsWith('"')) Assert.Contains(expected.Argument.Trim('"'), output, StringComparison.Ordinal);
    }

    private static string[] Pattern(string text, bool labels) =>
    [
        .. text.Split('\n').Select(line => Blank().Replace(Number().Replace(line, "#"), " ").Trim())
            .Where(line => line.Length > 0).Select(line => labels ? line.Split(' ')[0] : line),
    ];

    [GeneratedRegex(@"\b0x[0-9a-f]+\b|(?<![A-Za-z0-9_])[0-9]+(?:[.,][0-9]+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"[\s─]+")]
    private static partial Regex Blank();
}
