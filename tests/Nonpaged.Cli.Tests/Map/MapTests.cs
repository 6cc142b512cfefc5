using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

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
        string runs = Assert.Single(result.Output[result.Output.IndexOf("\"shown\"", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.Contains("physical runs", StringComparison.Ordinal))
            .Take(1));
        Assert.Contains(
            $"{block.Obtained.PhysicalRanges.Count}, the longest {Size.Format(longest)}", runs, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Memory_that_a_pool_has_not_filled_yet_is_not_a_matter_of_privilege()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers");
        Assert.False(LibC.MemFdCreate("nonpaged:filling:4-KiB-pages", LibC.MFD_CLOEXEC, out SafeFileHandle file).IsError);
        using (file)
        {
            Assert.False(LibC.FTruncate(file, Length).IsError);
            byte* mapped = (byte*)LibC.MMap(
                null, Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)file.DangerousGetHandle(), 0).Value;
            Assert.False(LibC.MAdvise(mapped, Length / 4, LibC.MADV_POPULATE_WRITE).IsError);
            CliResult result = CliProgram.Run("map", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            LibC.MUnmap(mapped, Length);
            string shown = Assert.Single(result.Output[result.Output.IndexOf("\"filling\"", StringComparison.Ordinal)..].Split(
                '\n').Where(line => line.Contains("not known", StringComparison.Ordinal)).Take(1));
            Assert.Contains("3 MiB: not there at this moment", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("CAP_SYS_ADMIN", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_picture_is_well_formed_and_has_each_extent()
    {
        string file = Path.GetTempFileName();
        try
        {
            using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "drawn <&>" });
            pool.Allocate(new MemoryRequest(Length) { WholePages = true });
            CliResult result = CliProgram.Run(
                "map", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--svg", file);
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            XElement svg = XDocument.Load(file).Root!;
            Assert.Equal("svg", svg.Name.LocalName);
            Assert.Contains(svg.Elements(), element => element.Name.LocalName == "text"
                && element.Value.StartsWith("drawn <&> · ", StringComparison.Ordinal));
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

    [Fact]
    public void The_JSON_has_the_runs_that_the_pool_itself_tells()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to read frame numbers");
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "as JSON" });
        MemoryBlock block = pool.Allocate(new MemoryRequest(Length) { WholePages = true });
        JsonElement map = CliProgram.Run(
            "map", "--pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--json").Json;
        Assert.Equal(["process", "pools", "failure"], map.EnumerateObject().Select(member => member.Name));
        JsonElement shown = Assert.Single(
            map.GetProperty("pools").EnumerateArray(), one => one.GetProperty("name").GetString() == "as JSON");
        Assert.Equal(
            ("host", (ulong)Length), (shown.GetProperty("addresses").GetString(), shown.GetProperty("known").GetUInt64()));
        Assert.Equal(
            block.Obtained.PhysicalRanges.Select(range => (range.Start!.Value.Value, range.Length)),
            shown.GetProperty("extents").EnumerateArray().SelectMany(extent => extent.GetProperty("runs").EnumerateArray())
                .Select(run =>
                    (Convert.ToUInt64(run.GetProperty("start").GetString(), 16), run.GetProperty("length").GetUInt64())));
        Assert.Equal((ulong)Length, shown.GetProperty("zones")
            .EnumerateArray()
            .Aggregate(0UL, (sum, zone) => sum + zone.GetProperty("length").GetUInt64()));
    }

    [Fact]
    public void Free_runs_are_what_is_both_free_and_contiguous_and_each_lies_in_its_zones()
    {
        var use = new PoolUse(1, 1, []);
        var extent = new MapExtent(
            "test", 0, 0x8000, [new(0, 0xffe000, 0x4000), new(0x4000, 0x2000, 0x4000)],
            [new(0, 0x1000, null), new(0x1000, 0x1000, use), new(0x2000, 0x4000, null), new(0x6000, 0x2000, use)]);
        Assert.Equal([new(0, 0xffe000, 0x1000), new(0x2000, 0x1000000, 0x2000), new(0x4000, 0x2000, 0x2000)], extent.FreeRuns);
        Assert.Equal(
            [("below 1 MiB", 0x4000UL, 0x2000UL), ("below 16 MiB", 0x2000UL, 0x1000UL), ("below 4 GiB", 0x2000UL, 0x2000UL)],
            MapZones.Of([extent]));
    }
}
