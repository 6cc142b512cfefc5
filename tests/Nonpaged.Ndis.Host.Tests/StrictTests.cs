using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>What a driver leaves and what it does wrong decide the exit code and the document.</summary>
public sealed class StrictTests
{
    private const int Findings = 3;

    [Fact]
    public void What_a_driver_leaves_is_counted_named_with_call_site_tag_and_length_and_is_a_failure()
    {
        using var driver = DriverBuild.Faulty("LEAKS");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json");
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        JsonElement run = DriverRun.Json(result);
        Assert.Equal(1, run.GetProperty("exitCode").GetInt32());
        Assert.Equal(4, run.GetProperty("outstanding").GetInt32());
        List<JsonElement> leaks = [.. run.GetProperty("leaks").EnumerateArray()];
        Assert.Equal(4, leaks.Count);
        List<JsonElement> blocks = [.. leaks.Where(leak =>
            leak.GetProperty("call").GetString() == "NdisAllocateMemoryWithTag")];
        Assert.Equal(3, blocks.Count);
        foreach (JsonElement block in blocks)
        {
            Assert.Equal("Leak", block.GetProperty("tag").GetString());
            Assert.Equal(300, block.GetProperty("length").GetInt32());
            Assert.Matches(@"^MiniportHalt, driver\.so\+0x[0-9a-f]+", block.GetProperty("site").GetString());
        }

        JsonElement pool = Assert.Single(leaks, leak => leak.GetProperty("call").GetString() == "NdisAllocatePacketPool");
        Assert.Matches(@"^MiniportHalt, driver\.so\+0x[0-9a-f]+", pool.GetProperty("site").GetString());
        Assert.Equal(3, run.GetProperty("allocations").EnumerateArray()
            .Count(one => !one.GetProperty("freed").GetBoolean()));
    }

    [Fact]
    public void A_call_site_is_where_addr2line_finds_the_call()
    {
        using var driver = DriverBuild.Faulty("LEAKS");
        JsonElement run = DriverRun.Json(DriverRun.Run(driver, "--count", "1", "--json"));
        string site = run.GetProperty("leaks").EnumerateArray()
            .First(leak => leak.GetProperty("tag").GetString() == "Leak").GetProperty("site").GetString()!;
        string offset = site[site.IndexOf("0x", StringComparison.Ordinal)..].Split(' ')[0];
        CommandResult line = Command.Run("addr2line", ["-fe", driver.File, offset]);
        Assert.StartsWith("Faulty\n", line.Output, StringComparison.Ordinal);
        Assert.Contains("faulty.c:", line.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Thousands_of_like_reports_are_one_with_its_count_and_few_lines_of_the_log()
    {
        using var driver = DriverBuild.Faulty("LEAKS");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json");
        JsonElement report = Assert.Single(
            DriverRun.Json(result).GetProperty("reports").EnumerateArray(), one =>
                one.GetProperty("kind").GetString() == "FreeOfForeign");
        Assert.Equal(2000, report.GetProperty("count").GetInt64());
        string[] lines = [.. result.Error.Split('\n')
            .Where(line => line.Contains("is not memory of this pool", StringComparison.Ordinal))];
        Assert.Equal(4, lines.Length);
        Assert.EndsWith("(1000 times so far)", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_sees_like_allocations_once_and_that_not_all_were_freed()
    {
        using var driver = DriverBuild.Faulty("LEAKS");
        CommandResult result = DriverRun.Run(driver, "--count", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(3, result.Output.Split('\n')
            .Count(line => line.Contains("NdisAllocateMemoryWithTag, ", StringComparison.Ordinal)));
        Assert.Contains("NdisAllocateMemoryWithTag, 150 times", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing outstanding", result.Output, StringComparison.Ordinal);
        Assert.Contains("the driver left 3 blocks and 1 handle", result.Output, StringComparison.Ordinal);
        Assert.Contains("(2000 times)", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Under_strict_a_report_is_an_exit_code_of_its_own_which_the_document_has_too()
    {
        using var driver = DriverBuild.Faulty("FREES_TWICE");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json", "--strict");
        Assert.True(result.ExitCode == Findings, $"{result.ExitCode}: {result.Output}{result.Error}");
        JsonElement run = DriverRun.Json(result);
        Assert.Equal(Findings, run.GetProperty("exitCode").GetInt32());
        Assert.Contains("FreeTwice", DriverRun.Reason(run), StringComparison.Ordinal);
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
    }

    [Fact]
    public void Under_strict_a_leak_is_that_exit_code_and_the_reason_has_leaks_and_reports()
    {
        using var driver = DriverBuild.Faulty("LEAKS");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json", "--strict");
        Assert.Equal(Findings, result.ExitCode);
        Assert.Contains("3 of NdisAllocateMemoryWithTag", DriverRun.Reason(DriverRun.Json(result)),
            StringComparison.Ordinal);
        Assert.Contains("2000 of FreeOfForeign", DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Under_strict_a_good_driver_succeeds_and_one_that_does_not_start_fails_as_ever()
    {
        using var good = DriverBuild.Sample();
        CommandResult result = DriverRun.Run(good, "--count", "1", "--json", "--strict");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(0, DriverRun.Json(result).GetProperty("exitCode").GetInt32());
        using var bad = DriverBuild.Faulty("FAILS_INITIALIZATION");
        Assert.Equal(1, DriverRun.Run(bad, "--json", "--strict").ExitCode);
    }

    [Theory]
    [InlineData("0xC001000A", "NDIS_STATUS_MULTICAST_EXISTS (0xC001000A)")]
    [InlineData("0xC000000D", "STATUS_INVALID_PARAMETER (0xC000000D)")]
    [InlineData("0xC0DE0001", ": 0xC0DE0001.")]
    public void A_status_is_told_by_name_and_number_and_never_as_a_decimal_one(string status, string expected)
    {
        using var driver = DriverBuild.Faulty("FAILS_ODDLY", $"-DSTATUS={status}");
        CommandResult result = DriverRun.Run(driver, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_lease_it_says_soon_what_it_waits_for_and_gives_up_in_less_than_a_minute()
    {
        using var driver = DriverBuild.Faulty("DROPS_SENDS");
        CommandResult result = DriverRun.Run(driver, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("asking for a lease (DHCP): 2 s so far; no server has answered; it gives up after 15 s",
            result.Error, StringComparison.Ordinal);
        Assert.Contains("in 15 seconds", DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_driver_frees_when_it_is_unloaded_is_no_leak()
    {
        using var driver = DriverBuild.Own("virtual", "-DUNLOADS");
        CommandResult result = DriverRun.RunOn("none", driver.File, "--json", "--strict");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }
}
