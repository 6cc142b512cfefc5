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
    [InlineData]
    public void A_command_line_that_cannot_be_understood_ends_with_2_and_leaves_standard_output_empty(params string[] arguments)
    {
        CliResult result = CliProgram.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("nonpaged: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage: nonpaged", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_misspelt_option_is_named()
    {
        Assert.Contains(
            "--lenght", CliProgram.Run("alloc", "--length", "2M", "--lenght", "2M", "--json").Error, StringComparison.Ordinal);
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
