namespace Nonpaged.Cli.Tests.Completion;

public sealed class CompletionTests
{
    // bash itself completes nothing without a terminal; the rest is as it does it.
    private const string Complete = """
        nonpaged() { "$DOTNET" "$CLI" "$@"; }
        source <(nonpaged completion bash)
        COMP_LINE=$1
        COMP_POINT=${#COMP_LINE}
        _nonpaged nonpaged
        (( ${#COMPREPLY[@]} == 0 )) || printf '%s\n' "${COMPREPLY[@]}"
        """;

    [Theory]
    [InlineData("nonpaged do", "doctor")]
    [InlineData("nonpaged p", "prove")]
    [InlineData("/usr/bin/nonpaged do", "doctor")]
    [InlineData("nonpaged alloc --le", "--length")]
    [InlineData("nonpaged alloc --length 2M --con", "--contiguous")]
    [InlineData("nonpaged run --nic r", "rtl8139")]
    [InlineData("nonpaged run --driver ", "e1000", "rtl8139")]
    [InlineData("nonpaged run --driver=r", "rtl8139")]
    [InlineData("nonpaged run ./driver.so --machine v", "vfio")]
    [InlineData("nonpaged run --profile ", "ce3", "ce5", "ddk")]
    [InlineData("nonpaged verify --only d", "dma")]
    [InlineData("nonpaged completion ", "bash", "fish", "zsh")]
    [InlineData("nonpaged completion b", "bash")]
    [InlineData("nonpaged run ./dr")]
    [InlineData("nonpaged run --pcap ")]
    [InlineData("nonpaged run --pcap \"a b")]
    [InlineData("nonpaged no --such")]
    public void Bash_completes_commands_options_and_values(string line, params string[] words)
    {
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env",
            [$"DOTNET={CliProgram.Dotnet}", $"CLI={CliProgram.Assembly}", "bash", "-c", Complete, "bash", line]));
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(result.Error);
        Assert.Equal(words, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_dash_commands_are_offered_and_options_are_not()
    {
        CliResult result = CliProgram.Run("[suggest]", "nonpaged ");
        Assert.Contains("doctor\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("-", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("verify-run", CliProgram.Run("[suggest]", "nonpaged verify").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_position_that_dotnet_suggest_gives_is_where_the_line_ends() =>
        Assert.Equal("doctor\n", CliProgram.Run("[suggest:11]", "nonpaged do --json").Output);

    [Theory]
    [InlineData("bash", "complete -o default -F _nonpaged nonpaged")]
    [InlineData("zsh", "compdef _nonpaged nonpaged")]
    [InlineData("fish", "complete -c nonpaged")]
    public void Each_shell_has_a_script(string shell, string registration)
    {
        CliResult result = CliProgram.Run("completion", shell);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(registration, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shell_without_a_script_is_a_failure_that_a_shell_does_not_source()
    {
        CliResult result = CliProgram.Run("completion", "tcsh");
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("bash, zsh, fish", result.Error, StringComparison.Ordinal);
    }
}
