using System.Globalization;
using System.Xml.Linq;

namespace Nonpaged.Cli.Tests.Map;

public sealed class MapTests
{
    private const int Length = 4 << 20;

    [Fact]
    public void A_process_s_pool_is_shown_by_rung_with_the_physical_runs_that_the_pool_itself_tells()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "shown" });
        MemoryBlock block = pool.Allocate(new MemoryRequest(Length) { WholePages = true });
        CliResult result = CliProgram.Run("map", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("pool \"shown\"", result.Output, StringComparison.Ordinal);
        Assert.Contains(block.Obtained.Rung.Replace(' ', '-'), result.Output, StringComparison.Ordinal);
        Assert.Contains("4 MiB", result.Output, StringComparison.Ordinal);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers");
        ulong longest = block.Obtained.PhysicalRanges.Max(range => range.Length);
        string runs = Assert.Single(result.Output[result.Output.IndexOf("\"shown\"", StringComparison.Ordinal)..].Split('\n').Where(line => line.Contains("physical runs", StringComparison.Ordinal)).Take(1));
        Assert.Contains($"{block.Obtained.PhysicalRanges.Count}, the longest {Size.Format(longest)}", runs, StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_is_well_formed_and_has_each_extent()
    {
        string file = Path.GetTempFileName();
        try
        {
            using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "drawn <&>" });
            pool.Allocate(new MemoryRequest(Length) { WholePages = true });
            CliResult result = CliProgram.Run("map", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--svg", file);
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            XElement svg = XDocument.Load(file).Root!;
            Assert.Equal("svg", svg.Name.LocalName);
            Assert.Contains(svg.Elements(), element => element.Name.LocalName == "text" && element.Value.StartsWith("drawn <&> · ", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--pid", "0")]
    [InlineData("--pid", "nobody")]
    [InlineData("--pid", "2147483647")]
    [InlineData("--pid", "1")]
    public void A_process_without_a_pool_or_none_at_all_is_a_failure_with_a_remedy(params string[] arguments)
    {
        CliResult result = CliProgram.Run(["map", .. arguments]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("remedy", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_end_where_frames_do_not_follow_each_other_or_are_not_known()
    {
        PhysicalRun[] runs = [.. PhysicalRun.Of([0x5000, 0x6000, null, 0x7000, 0x1000, 0x2000])];
        Assert.Equal([new(0, 0x5000, 0x2000), new(0x3000, 0x7000, 0x1000), new(0x4000, 0x1000, 0x2000)], runs);
    }
}
