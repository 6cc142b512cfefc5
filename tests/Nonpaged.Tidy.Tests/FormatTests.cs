namespace Nonpaged.Tidy.Tests;

/// <summary>White space is what the formatter makes of it; the rest of .editorconfig is the build's to say.</summary>
public sealed class FormatTests
{
    private static readonly string[] s_format =
        ["format", "whitespace", ".", "--folder", "--include", "src/", "tests/", "benchmarks/"];

    [Fact]
    public void Every_file_is_as_dotnet_format_writes_it()
    {
        (int exitCode, string output) = Dotnet.Run([.. s_format, "--verify-no-changes"]);
        Assert.True(exitCode == 0, $"Write them so by: dotnet {string.Join(' ', s_format)}\n{output}");
    }
}
