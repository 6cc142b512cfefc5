using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Drivers that do wrong: each ends with a clear report, and leaves no process behind.</summary>
public sealed class FaultTests
{
    [Fact]
    public void A_crash_in_deferred_handling_is_reported_with_driver_function_last_call_and_irql()
    {
        JsonElement run = RunFaulty("NULL_IN_INTERRUPT");
        JsonElement crash = run.GetProperty("crash");
        Assert.Equal("SIGSEGV", crash.GetProperty("signal").GetString());
        Assert.Equal("driver", crash.GetProperty("driver").GetString());
        Assert.Equal("MiniportHandleInterrupt", crash.GetProperty("function").GetString());
        Assert.Equal("DISPATCH_LEVEL", crash.GetProperty("irql").GetString());
        Assert.Equal("KeGetCurrentIrql", crash.GetProperty("call").GetString());
        Assert.False(crash.GetProperty("inCall").GetBoolean());
        Assert.Equal("0x0", crash.GetProperty("address").GetString());
        Assert.StartsWith("driver.so+0x", crash.GetProperty("location").GetString(), StringComparison.Ordinal);
        Assert.Contains("NULL", DriverRun.Reason(run), StringComparison.Ordinal);
    }

    [Fact]
    public void An_abort_is_reported_as_one()
    {
        JsonElement run = RunFaulty("ABORTS");
        Assert.Equal("SIGABRT", run.GetProperty("crash").GetProperty("signal").GetString());
        Assert.Equal("MiniportHandleInterrupt", run.GetProperty("crash").GetProperty("function").GetString());
    }

    [Fact]
    public void A_bug_check_ends_the_driver_with_its_code_in_the_log()
    {
        using var driver = DriverBuild.Faulty("CHECKS_BUG");
        CommandResult result = DriverRun.Run(driver, "--json");
        Assert.Equal("SIGABRT", DriverRun.Json(result).GetProperty("crash").GetProperty("signal").GetString());
        Assert.Contains("bug check 0xe0000001 (0x1, 0x2, 0x3, 0x123456789)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_dereferences_registers_is_told_so()
    {
        JsonElement run = RunFaulty("DEREFERENCES_REGISTERS");
        Assert.Equal("MiniportInitialize", run.GetProperty("crash").GetProperty("function").GetString());
        Assert.Contains("NdisMMapIoSpace", DriverRun.Reason(run), StringComparison.Ordinal);
    }

    [Fact]
    public void All_missing_imports_are_named_before_any_of_the_driver_runs()
    {
        JsonElement run = RunFaulty("UNKNOWN_IMPORTS");
        Assert.Contains("NdisFrobnicate, NdisMUnheardOf", DriverRun.Reason(run), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("crash").ValueKind);
    }

    [Fact]
    public void A_failed_initialization_is_told_with_its_status_and_what_it_left()
    {
        JsonElement run = RunFaulty("FAILS_INITIALIZATION");
        Assert.Contains("did not start", DriverRun.Reason(run), StringComparison.Ordinal);
        Assert.Contains(DriverRun.Reports(run), report =>
            report.StartsWith("Leak NdisAllocateMemoryWithTag", StringComparison.Ordinal)
            && report.Contains("4711 bytes", StringComparison.Ordinal));
        Assert.Equal(1, run.GetProperty("outstanding").GetInt32());
        Assert.Contains("0x80010004", DriverRun.Reason(run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_free_is_reported_and_harms_nothing()
    {
        JsonElement run = RunFaulty("FREES_TWICE", expectedExitCode: 0);
        Assert.Contains(
            DriverRun.Reports(run), report => report.StartsWith("FreeTwice NdisFreeMemory", StringComparison.Ordinal));
        Assert.Equal(1, run.GetProperty("ping").GetProperty("received").GetInt32());
    }

    [Fact]
    public void Writes_outside_of_a_block_are_reported_under_guard()
    {
        using var driver = DriverBuild.Faulty("WRITES_OUTSIDE");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json", "--guard");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        IEnumerable<string> reports = DriverRun.Reports(DriverRun.Json(result));
        Assert.Contains(reports, report => report.StartsWith("WritePastEnd NdisAllocateMemoryWithTag", StringComparison.Ordinal));
        Assert.Contains(
            reports, report => report.StartsWith("WriteAfterFree NdisAllocateMemoryWithTag", StringComparison.Ordinal));
    }

    [Fact]
    public void An_interrupt_that_is_never_acknowledged_is_masked_and_reported()
    {
        JsonElement run = RunFaulty("NEVER_ACKNOWLEDGES");
        Assert.Contains(
            DriverRun.Reports(run), report => report.Contains("does not acknowledge it. It is masked", StringComparison.Ordinal));
    }

    [Fact]
    public void A_driver_that_waits_or_stalls_in_initialization_gets_its_interrupts()
    {
        using var driver = DriverBuild.Faulty("WAITS_FOR_INTERRUPT");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("driver: waited: 1", result.Error, StringComparison.Ordinal);
        Assert.Contains("driver: stalled: 1", result.Error, StringComparison.Ordinal);
    }

    private static JsonElement RunFaulty(string fault, int expectedExitCode = 1)
    {
        using var driver = DriverBuild.Faulty(fault);
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json");
        Assert.True(result.ExitCode == expectedExitCode, $"{result.ExitCode}: {result.Output}{result.Error}");
        AssertNobodyHas(driver.File);
        return DriverRun.Json(result);
    }

    private static void AssertNobodyHas(string file) => Assert.False(AnybodyHas(file), $"A process is left that has {file}.");

    // The process that ran the driver was started with its file's name.
    internal static bool AnybodyHas(string file) =>
        Directory.EnumerateDirectories("/proc")
            .Where(name => char.IsAsciiDigit(Path.GetFileName(name)[0]))
            .Any(process => HasArgument(process, file));

    private static bool HasArgument(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(file, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
