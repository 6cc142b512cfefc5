using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>NDIS as a C driver meets it: Drivers/conformance.c calls it in its initialization and says what failed.</summary>
public sealed partial class ConformanceTests
{
    [Fact]
    public void Each_call_does_through_the_c_abi_what_its_documents_say()
    {
        using var driver = new DriverBuild(Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/conformance.c"), $"-DSAMPLE=\"{Repository.Sample}\"");
        CommandResult result = DriverRun.Run(
            driver, "--count", "1", "--json", "--set", "Number=4711", "--set", "Text=hello", "--set", "NetworkAddress=02-00-00-00-00-42");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.DoesNotContain("FAILED", result.Error, StringComparison.Ordinal);
        Match checks = Summary().Match(result.Error);
        Assert.True(checks.Success && int.Parse(checks.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 60, result.Error);
        Assert.Contains("driver: work item ran", result.Error, StringComparison.Ordinal);
        Assert.Contains("driver: formats: hello hello wide -5 0000beef 123456789abc text    42|", result.Error, StringComparison.Ordinal);
        Assert.Empty(DriverRun.Reports(DriverRun.Json(result)));
    }

    [GeneratedRegex(@"driver: (\d+) checks, 0 failures")]
    private static partial Regex Summary();
}
