using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>
/// <c>nonpaged [suggest] LINE</c>: the words that may end a command line, one a line, for shells
/// (<see cref="CompletionCommand"/>). Options are named after a dash alone: without one, files' names come next.
/// </summary>
internal sealed class SuggestAction(SuggestDirective directive) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        string line = parseResult.UnmatchedTokens is [.., { } last] ? last : "";
        // As dotnet-suggest calls it, [suggest:POSITION].
        if (parseResult.GetResult(directive)?.Values is [{ } text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int position) && position < line.Length)
        {
            line = line[..position];
        }

        foreach (string word in Suggest((RootCommand)parseResult.RootCommandResult.Command, line))
            parseResult.InvocationConfiguration.Output.WriteLine(word);
        return ExitCode.Success;
    }

    private static string[] Suggest(RootCommand root, string line)
    {
        // "--driver=e" wants what "--driver e" wants.
        int last = line.LastIndexOf(' ') + 1;
        int equals = line.IndexOf('=', last);
        if (line[last..].StartsWith("--", StringComparison.Ordinal) && equals > 0)
            line = $"{line[..equals]} {line[(equals + 1)..]}";
        ParseResult parsed = root.Parse(line, CommandTree.Parser);
        string start = parsed.GetCompletionContext().WordToComplete;
        try
        {
            return [.. parsed.GetCompletions().Select(one => one.Label).Where(one =>
                one.StartsWith(start, StringComparison.Ordinal) && (start.Length > 0 || one[0] != '-'))];
        }
        catch (InvalidOperationException)
        {
            // The library looks for the last word among those that it parsed, where quotes may have made others.
            return [];
        }
    }
}
