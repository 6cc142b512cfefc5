namespace Nonpaged.Cli.Tests.Output;

/// <summary>Colours are for terminals alone, and for those who want them (https://no-color.org).</summary>
public sealed class ColourTests
{
    private const string NoScript = "needs script(1), which gives the program a terminal";

    // "38;5;9": an escape sequence that sets a colour.
    private const string Colour = "38;5;";

    [Theory]
    [InlineData("xterm-256color", null, true)]
    [InlineData("xterm-256color", "", true)]
    [InlineData("xterm-256color", "1", false)]
    [InlineData("dumb", null, false)]
    public void A_terminal_shows_colours_unless_NO_COLOR_is_set_and_not_empty_or_it_is_dumb(
        string terminal, string? noColor, bool isColoured)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), NoScript);
        string[] variables = noColor is null ? ["-u", "NO_COLOR"] : [$"NO_COLOR={noColor}"];
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env",
            [
                .. variables, $"TERM={terminal}", "script", "-qec",
                $"'{CliProgram.Dotnet}' '{CliProgram.Assembly}' alloc --length 2M --below 0", "/dev/null",
            ]));
        Assert.Contains("remedy", result.Output, StringComparison.Ordinal);
        Assert.Equal(isColoured, result.Output.Contains(Colour, StringComparison.Ordinal));
    }

    [Fact]
    public void A_dumb_terminal_gets_no_escape_sequence()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), NoScript);
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env",
            ["TERM=dumb", "script", "-qec", $"'{CliProgram.Dotnet}' '{CliProgram.Assembly}' doctor", "/dev/null"]));
        Assert.DoesNotContain('\e', result.Output);
    }

    [Theory]
    [InlineData("TERM=xterm-256color")]
    [InlineData("GITHUB_ACTIONS=true")]
    [InlineData("COLORTERM=truecolor")]
    public void A_pipe_gets_no_escape_sequence(string variable)
    {
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env", [variable, CliProgram.Dotnet, CliProgram.Assembly, "alloc", "--length", "2M", "--below", "0"]));
        Assert.Equal(1, result.ExitCode);
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }
}
