using System.CommandLine;

namespace Nonpaged.Cli.Tests.Help;

public sealed class HelpTests
{
    private static readonly string[] s_commands =
    [
        "doctor", "alloc", "map", "run", "verify", "sdk", "cc", "devices", "bind", "unbind", "xdp", "prove", "soak", "completion",
    ];

    public static TheoryData<string> Commands => [.. s_commands];

    private static RootCommand Root => CommandTree.Create(Screen.OfProcess(), new DriverHost([], null));

    [Fact]
    public void The_help_has_each_command_once_under_its_heading_and_ends_with_examples()
    {
        string[] lines = LinesOf("--help");
        int[] headings = [.. new[] { "Memory:", "Drivers:", "Cards and interfaces:", "Evidence:", "Shell:", "Options:" }
            .Select(heading => Array.IndexOf(lines, heading))];
        Assert.DoesNotContain(-1, headings);
        Assert.Equal(headings.Order(), headings);
        Assert.All(s_commands, command => Assert.Single(
            lines[headings[0]..headings[^1]], line => line.StartsWith($"  {command} ", StringComparison.Ordinal)));
        Assert.InRange(lines[(Array.IndexOf(lines, "Examples:") + 1)..].Count(IsExample), 3, 4);
        Assert.True(IsExample(lines[^1]), lines[^1]);
    }

    [Fact]
    public void Every_command_that_users_see_is_listed() =>
        Assert.Equal(s_commands.Order(), Root.Subcommands.Where(one => !one.Hidden).Select(one => one.Name).Order());

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_help_of_a_command_has_all_its_options_and_arguments_once_and_ends_with_examples(string name)
    {
        string[] lines = LinesOf(name, "--help");
        Command command = Root.Subcommands.Single(one => one.Name == name);
        foreach (string symbol in command.Options.Select(one => one.Name).Concat(command.Arguments.Select(one => one.Name)))
        {
            Assert.Single(lines, line => line.StartsWith($"  {symbol} ", StringComparison.Ordinal) || line == $"  {symbol}");
        }

        Assert.InRange(lines[(Array.IndexOf(lines, "Examples:") + 1)..].Count(IsExample), 1, 3);
        Assert.True(IsExample(lines[^1]), lines[^1]);
    }

    [Theory]
    [InlineData("run", "Drivers and card:", "Machine:", "Traffic:", "Devices of drivers:", "Checks and output:")]
    [InlineData("verify", "What is verified:", "Checks:", "Known findings:", "Reports:")]
    [InlineData("alloc", "Request:", "Caching:", "Output:")]
    [InlineData("xdp", "Look:", "Watch:", "Serve:")]
    public void A_command_with_many_options_shows_them_in_groups(string name, params string[] headings)
    {
        string[] lines = LinesOf(name, "--help");
        Assert.All(headings, heading => Assert.Contains(heading, lines));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_examples_are_command_lines_that_the_command_takes(string name)
    {
        var command = (CliCommand)Root.Subcommands.Single(one => one.Name == name);
        foreach (string line in command.Examples.Select(example => example.Line))
        {
            int start = line.IndexOf("nonpaged ", StringComparison.Ordinal) + "nonpaged ".Length;
            int end = line.IndexOfAny([')', '|'], start);
            string words = end < 0 ? line[start..] : line[start..end];
            ParseResult parsed = Root.Parse(words, CommandTree.Parser);
            Assert.Equal(name, parsed.CommandResult.Command.Name);
            Assert.Empty(UsageErrors.Of(parsed));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    public void Long_texts_are_wrapped_to_COLUMNS(int columns)
    {
        string[] lines = [.. LinesWith($"COLUMNS={columns}", "run", "--help").TakeWhile(line => line != "Examples:")];
        Assert.InRange(lines.Max(line => line.Length), columns - 10, columns);
    }

    [Fact]
    public void What_goes_to_a_pipe_is_wrapped_to_80_columns() =>
        Assert.InRange(LinesWith("COLUMNS=", "run", "--help").Max(line => line.Length), 70, 80);

    private static bool IsExample(string line) =>
        line.StartsWith("    ", StringComparison.Ordinal) && line.Contains("nonpaged ", StringComparison.Ordinal);

    private static string[] LinesOf(params string[] arguments) => LinesWith("COLUMNS=100", arguments);

    private static string[] LinesWith(string variable, params string[] arguments)
    {
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env", [variable, CliProgram.Dotnet, CliProgram.Assembly, .. arguments]));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.DoesNotContain('\e', result.Output);
        return result.Output.TrimEnd('\n').Split('\n');
    }
}
