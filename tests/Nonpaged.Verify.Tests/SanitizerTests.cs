using System.Text.Json;

namespace Nonpaged.Verify.Tests;

/// <summary>Drivers that a sanitizer, or gcov, was compiled into.</summary>
public sealed class SanitizerTests
{
    private const string Isr = "    READ(adapter, Ushort, REG_INTERRUPT_STATUS, &status);";

    [Fact]
    public void ThreadSanitizer_finds_nothing_in_an_intermediate_driver_that_uses_locks_and_interlocked_calls()
    {
        using var driver = VerifiedDriver.Sample("counter", "-fsanitize=thread");
        Assert.Empty(Findings(driver, "concurrency"));
    }

    [Fact]
    public void AddressSanitizer_finds_nothing_in_a_sample()
    {
        using var driver = VerifiedDriver.Sample("rtl8139", "-fsanitize=address,undefined");
        Assert.Empty(Findings(driver, "leaks"));
    }

    [Fact]
    public void What_AddressSanitizer_says_of_the_stack_is_a_finding_in_its_function_and_line()
    {
        const string Fault = "    volatile UCHAR small[4]; small[4 + (status & 0)] = 0;";
        using var driver = VerifiedDriver.With("rtl8139", Isr, $"{Isr}\n{Fault}", "-fsanitize=address");
        JsonElement finding = Assert.Single(Findings(driver, "leaks"));
        Assert.Equal("stack-buffer-overflow", finding.GetProperty("rule").GetString());
        Assert.Equal("Isr", finding.GetProperty("function").GetString());
        Assert.Equal(driver.LineOf(Fault.Trim()), finding.GetProperty("line").GetInt32());
    }

    [Fact]
    public void What_UndefinedBehaviorSanitizer_says_is_a_finding_and_the_run_goes_on()
    {
        const string Fault = "    volatile INT most = 0x7fffffff; most = most + 1;";
        using var driver = VerifiedDriver.With("rtl8139", Isr, $"{Isr}\n{Fault}", "-fsanitize=undefined");
        JsonElement finding = Assert.Single(Findings(driver, "leaks"));
        Assert.Equal("undefined-behavior", finding.GetProperty("rule").GetString());
        Assert.Equal("Isr", finding.GetProperty("function").GetString());
        Assert.Contains("signed integer overflow", finding.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_functions_that_ran_are_told_of_a_driver_that_was_compiled_for_coverage()
    {
        using var driver = VerifiedDriver.Sample("rtl8139", "--coverage");
        JsonElement document = driver.Document("--only", "leaks");
        Dictionary<string, (int Covered, int Lines)> functions = document.GetProperty("coverage").EnumerateArray().ToDictionary(
            one => one.GetProperty("function").GetString()!,
            one => (one.GetProperty("covered").GetInt32(), one.GetProperty("lines").GetInt32()));
        Assert.Equal(functions["Halt"].Lines, functions["Halt"].Covered);
        Assert.InRange(functions["Send"].Covered, 1, functions["Send"].Lines);
        // The answers that nobody asked for.
        Assert.InRange(functions["NumberOf"].Covered, 1, functions["NumberOf"].Lines - 1);
        Assert.DoesNotContain(functions.Keys, name => name.StartsWith("Nonpaged", StringComparison.Ordinal));
    }

    private static JsonElement[] Findings(VerifiedDriver driver, string check) =>
        [.. driver.Document("--only", check).GetProperty("findings").EnumerateArray()];
}
