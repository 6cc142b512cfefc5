using System.Globalization;
using System.Text.RegularExpressions;

namespace Nonpaged.Tests.Samples;

/// <summary>The sample whose pipes take their memory from a pool.</summary>
[Collection("host memory")]
public sealed partial class EchoTests
{
    [Theory]
    [InlineData("nonpaged", 8)]
    [InlineData("nonpaged", 5000)]
    [InlineData("nonpaged", 1 << 20)]
    [InlineData("shared", 5000)]
    public void All_messages_come_back_right(string memory, int bytes)
    {
        (int exitCode, string output, string error) = SampleProgram.Run(
            "Echo", "--memory", memory, "--seconds", "0.1", "--bytes", bytes.ToString(CultureInfo.InvariantCulture));
        Assert.True(exitCode == 0, error);
        Match line = Result().Match(output);
        Assert.True(line.Success, output);
        Assert.Equal((memory, $"{bytes}"), (line.Groups[1].Value, line.Groups[3].Value));
        Assert.True(long.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture) > 0, output);
        Assert.True(double.Parse(line.Groups[4].Value, CultureInfo.InvariantCulture) > 0, output);
        Match held = Held().Match(output);
        Assert.Equal(memory == "nonpaged", held.Success);
        if (held.Success) Assert.True(int.Parse(held.Groups[1].Value, CultureInfo.InvariantCulture) > 0, output);
    }

    [Theory]
    [InlineData("--memory", "other")]
    [InlineData("--bytes", "7")]
    [InlineData("--seconds")]
    public void The_sample_says_how_it_is_called(params string[] arguments)
    {
        (int exitCode, _, string error) = SampleProgram.Run("Echo", arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains("usage: Echo", error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(\w+): (\d+) messages of (\d+) bytes came back right; ([\d.]+) MB/s$", RegexOptions.Multiline)]
    private static partial Regex Result();

    [GeneratedRegex(@"^The pool holds (\d+) MiB$", RegexOptions.Multiline)]
    private static partial Regex Held();
}
