using System.Diagnostics;
using System.Text.Json;

namespace Nonpaged.Cli.Tests.Soak;

public sealed class SoakTests
{
    // On a machine that is busy a pool takes longer to come to its limit.
    private const int MostSeconds = 48;

    [Fact]
    public void Some_seconds_at_the_ceiling_leave_no_error_and_nothing_outstanding()
    {
        for (int seconds = 3; !ReachesCeiling(seconds); seconds *= 4)
            Assert.True(seconds < MostSeconds, $"The ceiling was not reached in {seconds} seconds.");
    }

    private static bool ReachesCeiling(int seconds)
    {
        CliResult result = CliProgram.Run("soak", "--seconds", $"{seconds}", "--seed", "7", "--ceiling", "64M", "--json");
        JsonElement soak = result.Json;
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Equal(7, soak.GetProperty("seed").GetInt32());
        Assert.InRange(soak.GetProperty("seconds").GetDouble(), seconds, seconds + 120);
        Assert.True(soak.GetProperty("holds").GetBoolean());
        Assert.Empty(soak.GetProperty("errors").EnumerateArray());
        Assert.Equal(0, soak.GetProperty("outstanding").GetInt64());
        Assert.InRange(soak.GetProperty("peak").GetInt64(), 1, 64 << 20);
        return soak.GetProperty("allocations").GetInt64() > 1000
            && soak.GetProperty("peak").GetInt64() >= 32 << 20
            && soak.GetProperty("refusals")
                .EnumerateArray()
                .Any(row => row.GetProperty("limit").GetString()!.Contains("ceiling", StringComparison.Ordinal));
    }

    [Fact]
    public void An_ordinary_user_with_64_KiB_of_memlock_soaks_on_references_and_no_limit_of_memlock_refuses_anything()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobodyWithMemlock(64 << 10, "soak", "--seconds", "4", "--ceiling", "64M", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement soak = result.Json;
        Assert.True(soak.GetProperty("holds").GetBoolean());
        Assert.Empty(soak.GetProperty("errors").EnumerateArray());
        Assert.Equal(0, soak.GetProperty("outstanding").GetInt64());
        Assert.True(soak.GetProperty("pins").GetProperty("pipe").GetInt64() > 0);
        Assert.DoesNotContain("RLIMIT_MEMLOCK", $"{soak.GetProperty("refusals")}", StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_ends_it_with_its_report()
    {
        using Process process = CliProgram.Start("soak", "--seconds", "60", "--ceiling", "64M");
        // The line that says that it began is there before any block is.
        Assert.Contains("soaking", process.StandardError.ReadLine(), StringComparison.Ordinal);
        CliProgram.Signal(process, "INT");
        CliResult result = CliProgram.Finish(process);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("outstanding  0 bytes", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_million_operations_on_small_blocks_leave_no_error_and_nothing_outstanding()
    {
        CliResult result = CliProgram.Run("soak", "--heap", "--operations", "2000000", "--seed", "7", "--threads", "3", "--json");
        JsonElement soak = result.Json;
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.True(soak.GetProperty("operations").GetInt64() >= 2_000_000);
        Assert.True(soak.GetProperty("rate").GetDouble() > 0);
        Assert.Equal(3, soak.GetProperty("threads").GetInt32());
        Assert.True(soak.GetProperty("handedOver").GetInt64() > 1000);
        Assert.True(soak.GetProperty("badFreesRefused").GetInt64() > 100);
        Assert.True(soak.GetProperty("holds").GetBoolean());
        Assert.Empty(soak.GetProperty("errors").EnumerateArray());
        Assert.Equal(0, soak.GetProperty("outstanding").GetInt64());
    }

    [Theory]
    [InlineData("--operations", "0")]
    [InlineData("--threads", "1000")]
    public void A_value_that_makes_no_sense_for_the_heap_is_a_failure_with_exit_code_1(string option, string value)
    {
        CliResult result = CliProgram.Run("soak", "--heap", option, value, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(option, result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--operations", "5")]
    [InlineData("--seconds", "0")]
    [InlineData("--seed", "-1")]
    [InlineData("--ceiling", "1M")]
    public void A_value_that_makes_no_sense_is_a_failure_with_exit_code_1(string option, string value)
    {
        CliResult result = CliProgram.Run("soak", option, value, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(option, result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }
}
