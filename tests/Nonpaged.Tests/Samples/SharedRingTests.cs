using System.Diagnostics;
using System.Globalization;

namespace Nonpaged.Tests.Samples;

/// <summary>The sample of two processes over one ring.</summary>
[Collection("host memory")]
public sealed class SharedRingTests
{
    // More than are exchanged while a test looks.
    private const string Endless = "1000000000000";

    [Fact]
    public void Ten_million_messages_reach_the_child_and_are_right()
    {
        (int exitCode, string output, string error) = SampleProgram.Run("SharedRing");
        Assert.True(exitCode == 0, error);
        Assert.Matches(@"\n10000000 messages in [\d.]+ s, [\d.]+ million a second, all of them right\n$", output);
    }

    [Fact]
    public void The_parent_ends_and_says_so_when_its_child_dies()
    {
        using var sample = new SampleProgram("SharedRing", "--messages", Endless);
        using Process child = ChildOf(sample);
        child.Kill();
        (int exitCode, string output, string error) = sample.End();
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("SharedRing, parent: The other process has ended.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_child_ends_when_its_parent_dies()
    {
        using var sample = new SampleProgram("SharedRing", "--messages", Endless);
        using Process child = ChildOf(sample);
        sample.Kill();
        bool ends = SpinWait.SpinUntil(() => !Runs(child.Id), TimeSpan.FromMinutes(1));
        if (!ends) child.Kill();
        Assert.True(ends, "The child goes on without its parent.");
        Assert.Contains("SharedRing, child: The other process has ended.", sample.End().Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--messages")]
    [InlineData("--messages", "0")]
    [InlineData("--messages", "-1")]
    [InlineData("other")]
    public void The_sample_says_how_it_is_called(params string[] arguments)
    {
        (int exitCode, _, string error) = SampleProgram.Run("SharedRing", arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains("usage: SharedRing", error, StringComparison.Ordinal);
    }

    // When it has mapped the ring: messages go over it from then on.
    private static Process ChildOf(SampleProgram sample)
    {
        string line = sample.ReadLine() ?? throw new InvalidOperationException(sample.End().Error);
        Assert.StartsWith("child ", line, StringComparison.Ordinal);
        int id = int.Parse(line["child ".Length..], CultureInfo.InvariantCulture);
        Assert.True(
            SpinWait.SpinUntil(() => Maps(id).Contains("memfd:nonpaged:", StringComparison.Ordinal), TimeSpan.FromMinutes(1)),
            "The child never maps the ring.");
        return Process.GetProcessById(id);
    }

    private static string Maps(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/maps");
        }
        catch (IOException)
        {
            return "";
        }
    }

    // One that nobody has waited for yet has ended, too (proc(5), state Z).
    private static bool Runs(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
