using System.Diagnostics;
using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Run;

/// <summary>run --tap: the kernel's own stack sends and receives through the driver.</summary>
public sealed class TapTests
{
    private const string NoQemu = "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)";

    private static string[] Program => [CliProgram.Dotnet, CliProgram.Assembly];

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    public void Pings_of_the_kernel_go_through_two_adapters_and_the_interfaces_are_gone_at_the_end(string driver)
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, NoQemu);
        using var run = new TapRun(Program, "--driver", driver);
        Assert.Contains("10 received, 0% packet loss", run.Ping(10), StringComparison.Ordinal);
        JsonElement address = JsonDocument.Parse(run.Left.Run("ip", "-json", "link", "show", "t0")).RootElement[0];
        Assert.Equal("52:54:00:12:34:56", address.GetProperty("address").GetString());
        Assert.Equal(1500, address.GetProperty("mtu").GetInt32());
        Assert.Contains("LOWER_UP", run.Left.Run("ip", "link", "show", "t0"), StringComparison.Ordinal);
        (int exitCode, string output, string error) = run.End("INT");
        Assert.True(exitCode == 130, $"{exitCode} {error}");
        Assert.Empty(run.Left.Interfaces());
        Assert.Empty(run.Right.Interfaces());
        JsonElement document = JsonDocument.Parse(output).RootElement;
        Assert.Equal(JsonValueKind.Null, document.GetProperty("failure").ValueKind);
        Assert.Equal(0, document.GetProperty("outstanding").GetInt32());
        Assert.Empty(document.GetProperty("reports").EnumerateArray());
        Assert.Equal(
            ["t0", "t1"], document.GetProperty("taps").EnumerateArray().Select(tap => tap.GetProperty("name").GetString()));
        Assert.All(
            document.GetProperty("taps").EnumerateArray(),
            tap => Assert.True(tap.GetProperty("sent").GetInt64() >= 10 && tap.GetProperty("received").GetInt64() >= 10));
    }

    [Fact]
    public void A_hundred_megabytes_over_TCP_arrive_as_they_were_sent()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, NoQemu);
        using var run = new TapRun(Program, "--driver", "e1000", "--set", "*ReceiveBuffers=256");
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Transfer(100 << 20)}");
        (int exitCode, string output, string error) = run.End("TERM");
        Assert.True(exitCode == 143, $"{exitCode} {error}");
        Assert.Empty(run.Left.Interfaces());
        Assert.Empty(run.Right.Interfaces());
    }

    [Fact]
    public void A_killed_run_leaves_no_interface()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, NoQemu);
        using var run = new TapRun(Program);
        Assert.Equal(["t0"], run.Left.Interfaces());
        run.End("KILL");
        Assert.Empty(run.Left.Interfaces());
        Assert.Empty(run.Right.Interfaces());
    }

    [Fact]
    public void An_interface_that_somebody_removes_ends_the_run_with_the_reason()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, NoQemu);
        using var run = new TapRun(Program);
        run.Right.Run("ip", "link", "del", "t1");
        (int exitCode, string output, _) = run.WaitForEnd();
        Assert.Equal(1, exitCode);
        Assert.Contains("removed while it was in use", output, StringComparison.Ordinal);
        Assert.Equal(0, JsonDocument.Parse(output).RootElement.GetProperty("outstanding").GetInt32());
        Assert.Empty(run.Left.Interfaces());
    }

    [Fact]
    public void An_interface_of_one_adapter_reaches_QEMUs_network_and_lasts_as_long_as_was_asked_for()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, NoQemu);
        using var space = NetworkNamespace.Create();
        using (var program =
            new RunningProgram(space.StartProcess([.. Program, "run", "--tap", "one", "--hold", "600", "--json"])))
        {
            program.WaitFor("holding");
            space.Run("ip", "address", "add", "10.0.2.15/24", "dev", "one");
            space.Run("ip", "link", "set", "one", "up");
            Assert.Contains(
                "3 received", space.Run("ping", "-c", "3", "-i", "0.2", "-W", "30", "10.0.2.2"), StringComparison.Ordinal);
            program.Signal("INT");
            CliResult interrupted = program.WaitForEnd();
            Assert.True(interrupted.ExitCode == 130, interrupted.Output + interrupted.Error);
            Assert.Empty(space.Interfaces());
        }

        using var shortly = new RunningProgram(space.StartProcess([.. Program, "run", "--tap", "one", "--hold", "6", "--json"]));
        shortly.WaitFor("holding");
        long start = Stopwatch.GetTimestamp();
        CliResult result = shortly.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds >= 3);
        Assert.Empty(space.Interfaces());
    }

    [Fact]
    public void A_name_that_is_bad_or_taken_is_told_before_anything_is_started()
    {
        using var space = NetworkNamespace.Create();
        space.Run("ip", "link", "add", "taken", "type", "veth", "peer", "name", "other");
        foreach ((string name, string expected) in new[]
        {
            ("taken", "There is a network interface taken already"),
            ("lo", "There is a network interface lo already"),
            ("a/b", "no name of a network interface"),
            ("sixteen-letters-", "no name of a network interface"),
            ("tap%d", "no name of a network interface"),
            ("", "no name of a network interface"),
        })
        {
            (int exitCode, string output) = space.TryRun([.. Program, "run", "--tap", name, "--json"]);
            Assert.Equal(1, exitCode);
            JsonElement failure = JsonDocument.Parse(output.Split('\n')[0]).RootElement.GetProperty("failure");
            Assert.Contains(expected, failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("starting the machine", output, StringComparison.Ordinal);
        }

        Assert.Equal(["other", "taken"], space.Interfaces().Order());
    }

    [Fact]
    public void An_interface_that_was_made_to_last_serves_without_privilege_and_stays()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, NoQemu);
        using var space = NetworkNamespace.Create();
        space.Run("ip", "tuntap", "add", "dev", "lasting", "mode", "tap");
        space.Run("ip", "address", "add", "10.0.2.15/24", "dev", "lasting");
        space.Run("ip", "link", "set", "lasting", "up");
        string[] unprivileged = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"];
        using var program = new RunningProgram(
            space.StartProcess([.. unprivileged, .. Program, "run", "--tap", "lasting", "--hold", "600", "--json"]));
        program.WaitFor("holding");
        Assert.Contains(
            "3 received", space.Run("ping", "-c", "3", "-i", "0.2", "-W", "30", "10.0.2.2"), StringComparison.Ordinal);
        program.Signal("INT");
        Assert.Equal(130, program.WaitForEnd().ExitCode);
        Assert.Equal(["lasting"], space.Interfaces());
        (int exitCode, string output) = space.TryRun([.. unprivileged, .. Program, "run", "--tap", "another", "--json"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("CAP_NET_ADMIN", output, StringComparison.Ordinal);
        Assert.Contains("sudo ip tuntap add dev another mode tap", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two adapters with --peer", "--peer", "--tap", "a0")]
    [InlineData("two adapters with --peer", "--peer", "--tap", "a0", "--tap", "a0")]
    [InlineData("one adapter", "--tap", "a0", "--tap", "a1")]
    [InlineData("the kernel's own stack", "--tap", "a0", "--count", "3")]
    [InlineData("the kernel's own stack", "--peer", "--tap", "a0", "--tap", "a1", "--frames", "3")]
    public void Options_that_do_not_go_together_are_told(string limit, params string[] options)
    {
        CliResult result = CliProgram.Run(["run", "--json", .. options]);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(limit, result.Json.GetProperty("failure").GetProperty("limit").GetString(), StringComparison.Ordinal);
    }
}
