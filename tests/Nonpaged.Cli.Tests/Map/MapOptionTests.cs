using System.Xml.Linq;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Map;

public sealed class MapOptionTests
{
    [Fact]
    public void Alloc_shows_one_used_block_of_the_length_that_was_asked_for()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "3M", "--map");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("used", result.Output, StringComparison.Ordinal);
        Assert.Equal("used 3 MiB: 1 block of 3 MiB", Line(result, "  used   "));
        Assert.Matches(@"1 extent, 4 MiB, pinned \((io_uring|pipe)\)", result.Output);
        Assert.Single(result.Output.Split('\n'), line => line.EndsWith(" 3 MiB  a block of 3 MiB", StringComparison.Ordinal));
        // An extent is 2 MiB or a multiple, of which 3 MiB are used.
        Assert.StartsWith("free 1 MiB, ", Line(result, "  free   "), StringComparison.Ordinal);
        string strip = Assert.Single(
            result.Output.Split('\n'), line => line.StartsWith("          used ", StringComparison.Ordinal));
        Assert.Equal(48, strip.Count(c => c == '█'));
        Assert.Equal(16, strip.Count(c => c == '_'));
        Assert.All(
            result.Output.Split('\n').SkipWhile(line => !line.StartsWith("pool", StringComparison.Ordinal)),
            line => Assert.True(line.Length <= 80, line));
        Assert.DoesNotContain('\e', result.Output);
        Assert.DoesNotContain(" \n", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void A_small_block_is_shown_in_the_pages_that_small_blocks_share()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "100", "--map");
        Assert.Equal("used 16 KiB: 1 block of 112 B", Line(result, "  used   "));
    }

    [Fact]
    public void Under_json_the_map_is_on_standard_error_and_the_object_as_it_is_without()
    {
        CliResult result = CliProgram.Run("alloc", "--length", "2M", "--json", "--map");
        Assert.Equal(["requested", "obtained", "failure"], result.Json.EnumerateObject().Select(member => member.Name));
        Assert.Contains("pool \"default\"", result.Error, StringComparison.Ordinal);
        Assert.Contains("1 block of 2 MiB", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ordinary_user_sees_runs_whose_addresses_are_hidden()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobody("alloc", "--length", "2M", "--contiguous", "--map");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal("physical runs 1, the longest 2 MiB", Line(result, "  physical runs"));
        Assert.StartsWith("addresses hidden", Line(result, "  addresses"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alloc", "--length", "2M")]
    [InlineData("prove", "--size", "2M")]
    [InlineData("run", "--count", "1")]
    public void The_picture_is_well_formed_and_tells_what_is_used(params string[] command)
    {
        Assert.SkipUnless(
            command[0] != "run" || QemuProbe.Find().IsUsable,
            "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        string file = Path.GetTempFileName();
        try
        {
            CliResult result = CliProgram.Run([.. command, "--svg", file, "--json"]);
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            XElement svg = XDocument.Load(file).Root!;
            Assert.Equal("svg", svg.Name.LocalName);
            string[] titles =
                [.. svg.Descendants().Where(element => element.Name.LocalName == "title").Select(element => element.Value)];
            Assert.Contains(titles, title =>
                title == (command[0] == "run" ? "NdisAllocateMemory of 131072 bytes, flags 0x3, by e1000" : "a block of 2 MiB"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("alloc", "--length", "2M")]
    [InlineData("prove", "--size", "2M")]
    [InlineData("run", "--count", "1")]
    [InlineData("map", "--pid", "1")]
    public void A_picture_that_cannot_be_written_is_a_failure_before_anything_is_done(params string[] command)
    {
        CliResult result = CliProgram.Run([.. command, "--svg", "/nowhere/pool.svg", "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--svg", result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    // Its name and value, with one blank between.
    private static string Line(CliResult result, string beginning) =>
        string.Join(' ', Assert.Single(result.Output.Split('\n'), line => line.StartsWith(beginning, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
