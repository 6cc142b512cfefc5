using System.Text.Json;
using Nonpaged.Cli.Tests.Doctor;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Xdp;

/// <summary>xdp --watch: counters second by second.</summary>
public sealed class XdpWatchTests
{
    [Fact]
    public void Each_second_is_a_line_with_what_arrived_and_the_program_until_the_time_is_over()
    {
        using var cable = XdpCable.Create();
        using XdpProgram attached = cable.Veth.Left.Do(() =>
            XdpProgram.Attach(XdpCable.Name, new XdpProgramOptions { Name = "watched", Filter = XdpFilter.Vlan(7) }));
        using var program = new RunningProgram(cable.Start("--watch", "3", "--json"));
        program.WaitFor("watching left");
        using (XdpSocket right = cable.Veth.OpenRight(new XdpSocketOptions { AttachProgram = false }))
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.True(right.Frames.TryTake(out XdpFrame frame));
                right.Frames.Data(frame)[..60].Fill(0xff);
                Assert.Equal(1, right.Send(frame.WithLength(60)));
            }
        }

        CliResult result = program.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement[] seconds = result.JsonLines;
        Assert.Equal([1, 2, 3], seconds.Select(second => second.GetProperty("second").GetInt32()));
        Assert.InRange(seconds.Sum(second => second.GetProperty("received").GetProperty("packets").GetInt64()), 1, 110);
        Assert.Contains(seconds, second => second.GetProperty("received").GetProperty("bytes").GetInt64() >= 60);
        Assert.All(seconds, second => Assert.Equal("watched", second.GetProperty("program").GetProperty("name").GetString()));
    }

    [Fact]
    public void It_ends_in_order_by_a_signal_and_with_the_reason_when_the_interface_is_removed()
    {
        using var cable = XdpCable.Create();
        using (var program = new RunningProgram(cable.Start("--watch")))
        {
            program.WaitFor("watching left");
            program.Signal("INT");
            CliResult result = program.WaitForEnd();
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            Assert.Contains("rx packets/s", result.Output, StringComparison.Ordinal);
        }

        using var another = new RunningProgram(cable.Start("--watch"));
        another.WaitFor("watching left");
        cable.Veth.Left.Run("ip", "link", "del", XdpCable.Name);
        CliResult ended = another.WaitForEnd();
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("There is no network interface", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_are_those_of_the_interface_of_exactly_that_name()
    {
        using FakeSystem system = new FakeSystem().Write(
            "/proc/net/dev",
            "Inter-|   Receive                          |  Transmit\n"
                + " face |bytes    packets errs drop fifo frame compressed multicast|bytes ...\n"
                + "    lo: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n  eth0:100 20 3 4 0 0 0 0 500 60 7 8 0 0 0 0\n"
                + "veth0: 9 9 9 9 0 0 0 0 9 9 9 9 0 0 0 0");
        SystemFiles files = system.Look().Files;
        Assert.Equal(new XdpCounters(new XdpTally(20, 100, 4, 3), new XdpTally(60, 500, 8, 7)), XdpCounters.Read(files, "eth0"));
        Assert.Equal(new XdpTally(9, 9, 9, 9), XdpCounters.Read(files, "veth0")?.Sent);
        Assert.Null(XdpCounters.Read(files, "eth"));
        Assert.Equal(
            new XdpTally(5, 50, 0, 1),
            new XdpTally(20, 200, 0, 3).Rate(new XdpTally(10, 100, 1, 1), TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    public void What_is_no_number_of_seconds_is_told(string seconds)
    {
        CliResult result = CliProgram.Run("xdp", "lo", "--watch", seconds, "--json");
        Assert.Equal(1, result.ExitCode);
        string? reason = result.Json.GetProperty("failure").GetProperty("reason").GetString();
        Assert.Contains("--watch", reason, StringComparison.Ordinal);
    }
}
