using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>NDIS as a C driver meets it: Drivers/conformance.c calls it in its initialization and says what failed.</summary>
public sealed partial class ConformanceTests
{
    [Fact]
    public void Each_call_does_through_the_c_abi_what_its_documents_say()
    {
        using var driver = new DriverBuild(
            Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/conformance.c"),
            $"-DSAMPLE=\"{Repository.Sample}\"");
        string parameters = Path.Combine(Path.GetDirectoryName(driver.File)!, "parameters");
        File.WriteAllText(
            parameters, "# of the driver\nNumber = 4711   # an integer\n\nText=another\nNetworkAddress=02-00-00-00-00-42\n");
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--json", "--config", parameters, "--set", "Text=hello");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.DoesNotContain("FAILED", result.Error, StringComparison.Ordinal);
        Match checks = Summary().Match(result.Error);
        Assert.True(
            checks.Success && int.Parse(checks.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > 60,
            result.Error);
        Assert.Contains("driver: work item ran, 0 failures", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            "driver: formats: hello hello wide -5 0000beef 123456789abc text    42|", result.Error, StringComparison.Ordinal);
        Assert.Empty(DriverRun.Reports(DriverRun.Json(result)));
    }

    [Theory]
    [InlineData("Number", "is not KEY=VALUE")]
    [InlineData(null, "cannot be read")]
    public void A_file_of_parameters_that_makes_no_sense_is_told(string? text, string reason)
    {
        using var driver = DriverBuild.Sample();
        string parameters = Path.Combine(Path.GetDirectoryName(driver.File)!, "parameters");
        if (text is not null) File.WriteAllText(parameters, text);
        CommandResult result = DriverRun.Run(driver, "--json", "--config", parameters);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(reason, DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"driver: (\d+) checks, 0 failures")]
    private static partial Regex Summary();
}
