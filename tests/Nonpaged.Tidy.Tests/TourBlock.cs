namespace Nonpaged.Tidy.Tests;

/// <summary>A fenced block of docs/tour.md, with the comment in the line before it.</summary>
/// <param name="Kind">
/// <c>file</c>: what a file contains. <c>run</c>: commands for bash. <c>output</c>: what the commands before it write to standard
/// output. <c>undo</c>: commands that run at the end of a step, also of one that fails.
/// </param>
/// <param name="Argument">
/// What the comment says after the kind. Of a file its name; of commands <c>exit N</c>, where that is not 0; of an output
/// <c>labels</c> or a text in quotes, see <see cref="TourOutput"/>.
/// </param>
/// <param name="Text">Its lines, each with a line feed.</param>
/// <param name="FirstLine">The number in the document of the first of these lines, from 0.</param>
internal sealed record TourBlock(string Kind, string Argument, string Text, int FirstLine)
{
    public int LineCount => Text.Count(character => character == '\n');

    public int ExitCode => Argument.StartsWith("exit ", StringComparison.Ordinal)
        ? int.Parse(Argument.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture) : 0;
}
