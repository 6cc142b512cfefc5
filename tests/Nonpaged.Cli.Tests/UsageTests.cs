namespace Nonpaged.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("alloc", "--lenght", "2M")]
    [InlineData("alloc")]
    [InlineData("alloc", "--length")]
    [InlineData("alloc", "--length", "2M", "--length", "4M")]
    [InlineData("alloc", "--length", "2M", "--coherent", "--uncached")]
    [InlineData("alloc", "--length", "2M", "stray")]
    [InlineData("alloc", "--length", "--jsno")]
    [InlineData("run", "--drivr", "e1000")]
    [InlineData("run", "--pcap")]
    [InlineData("doctor", "--fix")]
    [InlineData("prove", "--sise", "16M")]
    [InlineData("prove", "--size")]
    [InlineData("docter")]
    [InlineData("@file")]
    [InlineData("--jsno")]
    public void A_command_line_that_cannot_be_understood_ends_with_2_and_leaves_standard_output_empty(params string[] arguments)
    {
        CliResult result = CliProgram.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("nonpaged: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: nonpaged", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unrecognized option '--lenght'. Did you mean '--length'?", "alloc", "alloc", "--lenght", "5")]
    [InlineData("Unrecognized option '--lenght'. Did you mean '--length'?", "alloc", "alloc", "--lenght=5", "--json")]
    [InlineData("Unrecognized option '--drivr'. Did you mean '--driver'?", "run", "run", "--drivr", "e1000")]
    [InlineData("Unrecognized option '--strit'. Did you mean '--strict'?", "run", "run", "--strit")]
    [InlineData("Unrecognized option '--jsn'. Did you mean '--json'?", "bind", "bind", "--jsn", "0000:00:04.0")]
    [InlineData("Unrecognized option '--hepl'. Did you mean '--help'?", "alloc", "alloc", "--hepl")]
    [InlineData("Unrecognized option '--fix'.", "doctor", "doctor", "--fix")]
    [InlineData("Unrecognized command 'docter'. Did you mean 'doctor'?", "", "docter", "--json")]
    [InlineData("Unrecognized command 'help'. Did you mean '--help'?", "", "help")]
    [InlineData("Unrecognized option '--versoin'. Did you mean '--version'?", "", "--versoin")]
    public void A_misspelt_word_is_named_once_with_the_nearest_one_and_nothing_else(
        string message, string command, params string[] arguments)
    {
        CliResult result = CliProgram.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal($"nonpaged: {message}\nUsage: nonpaged {command}{(command.Length > 0 ? " " : "")}--help\n", result.Error);
    }

    [Theory]
    [InlineData("run", "--", "-driver.so")]
    [InlineData("cc", "-c")]
    public void A_word_after_two_dashes_and_a_compiler_s_option_are_no_misspelt_options(params string[] arguments) =>
        Assert.NotEqual(2, CliProgram.Run(arguments).ExitCode);

    [Fact]
    public void Without_arguments_it_says_in_a_few_lines_what_it_is_and_what_to_try_first()
    {
        CliResult result = CliProgram.Run();
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
        Assert.InRange(result.Output.Split('\n').Length, 5, 15);
        Assert.All(
            ["nonpaged doctor", "nonpaged run", "nonpaged alloc --length 2M --contiguous", "nonpaged --help"],
            line => Assert.Contains(line, result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("alloc", "-h")]
    public void Help_is_a_result_and_names_the_program(params string[] arguments)
    {
        CliResult result = CliProgram.Run(arguments);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("nonpaged", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Nonpaged.Cli", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }
}
