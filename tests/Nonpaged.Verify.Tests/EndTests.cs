using System.Text.Json;

namespace Nonpaged.Verify.Tests;

/// <summary>However a driver ends its process, that is a finding with a place; and what verify started ends with it.</summary>
public sealed class EndTests
{
    private const string First = "    UNREFERENCED_PARAMETER(OpenErrorStatus);";

    [Theory]
    [InlineData("extern void exit(int); exit(0);", "exit")]
    [InlineData("extern void abort(void); abort();", "crash")]
    [InlineData("*(volatile int *)8 = 1;", "null-pointer")]
    [InlineData("for (;;);", "hang")]
    [InlineData("for (;;) NdisMSleep(1000000);", "hang")]
    public void A_driver_that_ends_or_hangs_its_process_is_told_with_its_line(string statement, string rule)
    {
        using var driver = VerifiedDriver.With("rtl8139", First, $"    {statement}");
        JsonElement finding = Assert.Single(driver.Document("--only", "locks").GetProperty("findings").EnumerateArray());
        Assert.Equal(rule, finding.GetProperty("rule").GetString());
        Assert.Equal("Initialize", finding.GetProperty("function").GetString());
        Assert.Equal(driver.LineOf(statement), finding.GetProperty("line").GetInt32());
    }

    [Fact]
    public void A_driver_that_smashes_its_stack_is_told()
    {
        using var driver = VerifiedDriver.With(
            "rtl8139", First, "    { volatile char small[8]; int at; for (at = 0; at < 4096; at++) small[at] = 1; }");
        JsonElement finding = Assert.Single(driver.Document("--only", "locks").GetProperty("findings").EnumerateArray());
        Assert.Equal("Initialize", finding.GetProperty("handler").GetString()!.Replace("Miniport", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_finding_in_the_baseline_does_not_fail_the_command()
    {
        Fault fault = Fault.Of("rtl8139").Single(one => one.Name == "rtl8139-link-speed-zero");
        using var driver = VerifiedDriver.With(fault);
        string known = driver.PathOf("known.txt");
        Assert.Equal(0, driver.Verify("--only", "oids", "--baseline", known, "--write-baseline").ExitCode);
        Assert.Equal(1, driver.Verify("--only", "oids").ExitCode);
        CommandResult again = driver.Verify("--only", "oids", "--baseline", known);
        Assert.True(again.ExitCode == 0, again.Output + again.Error);
        Assert.Contains("1 known", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_a_finding_names_finds_it_again_alone()
    {
        Fault fault = Fault.Of("rtl8139").Single(one => one.Name == "rtl8139-adapter-not-checked");
        using var driver = VerifiedDriver.With(fault);
        JsonElement finding = driver.Document("--only", "low-resources").GetProperty("findings")[0];
        string command = finding.GetProperty("repeat").GetString()!;
        Assert.StartsWith("nonpaged verify ", command, StringComparison.Ordinal);
        CommandResult again = Command.Run("sh", ["-c", $"{Path.Combine(Repository.Root, command)} --json -"]);
        JsonElement document = JsonDocument.Parse(again.Output).RootElement;
        Assert.Equal(finding.GetProperty("identity").GetString(),
            Assert.Single(document.GetProperty("findings").EnumerateArray()).GetProperty("identity").GetString());
        Assert.InRange(document.GetProperty("runs").GetArrayLength(), 1, 2);
    }
}
