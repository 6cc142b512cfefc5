using System.Text.Json;

namespace Nonpaged.Verify.Tests;

/// <summary>Nothing is found where nothing is wrong.</summary>
public sealed class CleanTests
{
    [Theory]
    [InlineData("rtl8139", 1)]
    [InlineData("rtl8139", 2)]
    [InlineData("tap", 3)]
    [InlineData("counter", 1)]
    [InlineData("ping", 2)]
    public void A_sample_has_no_finding(string name, int seed)
    {
        using var driver = VerifiedDriver.Sample(name);
        JsonElement document = driver.Document("--seed", $"{seed}");
        Assert.Empty(document.GetProperty("findings").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("failure").ValueKind);
        Assert.Equal(0, document.GetProperty("exitCode").GetInt32());
        Assert.Equal(VerifyChecks.Names, document.GetProperty("checks").EnumerateArray()
            .Select(check => check.GetProperty("name").GetString()));
        Assert.All(document.GetProperty("checks").EnumerateArray(), check =>
            Assert.True(check.GetProperty("runs").GetInt32() > 0));
    }

    [Theory]
    [InlineData("rtl8139")]
    [InlineData("e1000")]
    public void A_miniport_in_CSharp_has_no_finding(string name)
    {
        CommandResult result = VerifiedDriver.Verify(
            ["--driver", name], [], ["--only", "special-pool,dma,locks,leaks,oids,frames,time"]);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }
}
