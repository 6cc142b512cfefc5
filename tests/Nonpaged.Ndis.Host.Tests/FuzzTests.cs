using System.Globalization;
using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Random calls of protocols, devices and the kernel, right and wrong, wherever a driver may be.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int Seconds = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-fuzz-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "--over", "e1000")]
    [InlineData("", "--over", "rtl8139")]
    [InlineData("-DLAYER", "--over", "e1000")]
    [InlineData("-DVIRTUAL", "--nic", "none")]
    public void Random_calls_crash_and_hang_nothing_and_leave_nothing(string variant, string option, string value)
    {
        _folder.CreateSubdirectory("C");
        int seed = Random.Shared.Next();
        using var driver = DriverBuild.Own("fuzzdriver", variant.Length == 0 ? [] : [variant]);
        CommandResult result = Command.Run(
            Path.Combine(Repository.Root, "nonpaged"),
            new Dictionary<string, string> { ["NONPAGED_FILES"] = _folder.FullName },
            [
                "run", driver.File, option, value, "--set", $"Seed={seed}", "--set", $"Milliseconds={Seconds * 1000}",
                "--exec", $"sleep {(Seconds + 1).ToString(CultureInfo.InvariantCulture)}", "--json",
            ]);
        string told = $"seed {seed} {variant} {option} {value}: exit code {result.ExitCode} {result.Output} {result.Error}";
        Assert.True(result.Output.StartsWith('{'), told);
        JsonElement run = DriverRun.Json(result);
        Assert.True(run.GetProperty("crash").ValueKind == JsonValueKind.Null, told);
        Assert.True(run.GetProperty("outstanding").GetInt32() == 0, told);
        Assert.True(result.ExitCode == 0, told);
        Assert.Contains($"seed {seed}: ", result.Error, StringComparison.Ordinal);
        Assert.False(FaultTests.AnybodyHas(driver.File), told);
    }
}
