using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Run;

/// <summary>run --peer.</summary>
public sealed class PeerTests
{
    // The rtl8139 takes several accesses to its registers for each frame, and a busy machine some milliseconds for each of them;
    // its ring goes around ten times even so.
    [Theory]
    [InlineData("e1000", 60, 20_000)]
    [InlineData("e1000", 1514, 20_000)]
    [InlineData("rtl8139", 60, 5_000)]
    [InlineData("rtl8139", 1514, 5_000)]
    public void Two_adapters_exchange_frames_none_lost_none_changed(string driver, int length, int frames)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        CliResult result = CliProgram.Run(
            "run", "--driver", driver, "--peer", "--frames", $"{frames}", "--length", $"{length}", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement run = result.Json;
        JsonElement peer = run.GetProperty("peer");
        Assert.Equal(frames, peer.GetProperty("received").GetInt64());
        Assert.Equal(0, peer.GetProperty("changed").GetInt64());
        Assert.Equal(0, peer.GetProperty("disordered").GetInt64());
        double rate = frames / peer.GetProperty("seconds").GetDouble();
        Assert.InRange(peer.GetProperty("framesPerSecond").GetDouble(), 0.99 * rate, 1.01 * rate);
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Empty(run.GetProperty("reports").EnumerateArray());
    }

    [Theory]
    [InlineData("--length", "59")]
    [InlineData("--length", "1515")]
    [InlineData("--frames", "0")]
    public void A_figure_that_makes_no_sense_is_a_failure(string option, string value)
    {
        CliResult result = CliProgram.Run("run", "--peer", option, value, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(option, result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }
}
