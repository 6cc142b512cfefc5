using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nonpaged.Cli;

/// <summary>What is wrong with a command line. A word that does not exist is named with the one that was meant.</summary>
internal static class UsageErrors
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        // --help, --version and [suggest] answer whatever else is there.
        if (parsed.Errors.Count == 0 && parsed.Action != command.Action) return [];
        Command root = parsed.RootCommandResult.Command;
        IEnumerable<string> options = command.Options.Concat(root.Options.Where(option => option.Recursive || command == root))
            .Select(option => option.Name).Distinct();
        if (command == root && parsed.UnmatchedTokens is [{ } first, ..] && !IsLikeOption(first))
        {
            IEnumerable<string> commands = root.Subcommands.Where(one => !one.Hidden).Select(one => one.Name);
            return [Unrecognized("command", first, commands.Concat(options))];
        }

        // One that is not known may have a value, which is no mistake of its own, or be what is missing.
        string[] unknown = [.. UnknownOptions(parsed)];
        return unknown.Length > 0
            ? [.. unknown.Select(word => Unrecognized("option", word, options))]
            : [.. parsed.Errors.Select(error => error.Message).Distinct()];
    }

    /// <summary>They may have become arguments, such as a file's name, which take any word.</summary>
    private static IEnumerable<string> UnknownOptions(ParseResult parsed)
    {
        string[] beforeDashes =
            [.. parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value)];
        IEnumerable<string> arguments = parsed.CommandResult.Command is CliCommand { PassesOptionsOn: true } ? []
            : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens)
                .Select(token => token.Value);
        return parsed.UnmatchedTokens.Concat(arguments).Where(word => IsLikeOption(word) && beforeDashes.Contains(word))
            .Select(word => word.Split('=', ':')[0]).Distinct();
    }

    // A lone dash stands for standard input or output.
    private static bool IsLikeOption(string word) => word.Length > 1 && word[0] == '-';

    private static string Unrecognized(string kind, string word, IEnumerable<string> names) =>
        $"Unrecognized {kind} '{word}'.{(NearestName.Of(word, names) is { } meant ? $" Did you mean '{meant}'?" : "")}";
}
