using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Xdp;

/// <summary>xdp --serve: one process attaches the program, others receive.</summary>
public sealed class XdpServeTests
{
    [Fact]
    public void Frames_that_the_filter_takes_arrive_at_a_socket_of_another_process_and_the_others_do_not()
    {
        using var serving = XdpServing.Start("--filter", "ethertype 0x88b5", "--native", "--json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(serving.Path));
        int program = serving.Cable.AttachedProgram();
        Assert.NotEqual(0, program);
        using (XdpSocket guest = serving.OpenAdopted())
        {
            Assert.Equal(
                [XdpServing.OneType, XdpServing.OneType],
                serving.Exchange(guest, XdpServing.OneType, XdpServing.OtherType, XdpServing.OneType));
        }

        // Its queue is free again for another one.
        using (XdpSocket guest = serving.OpenAdopted())
            Assert.Equal([XdpServing.OneType], serving.Exchange(guest, XdpServing.OneType));
        serving.Program.Signal("TERM");
        CliResult result = serving.Program.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement[] events = result.JsonLines;
        Assert.Equal(["serving", "adopted", "adopted", "ended"], events.Select(one => one.GetProperty("event").GetString()));
        Assert.Equal(program, events[0].GetProperty("program").GetProperty("id").GetInt32());
        Assert.Equal("native", events[0].GetProperty("program").GetProperty("mode").GetString());
        Assert.Equal(
            (0, Environment.ProcessId), (events[1].GetProperty("queue").GetInt32(), events[1].GetProperty("process").GetInt32()));
        Assert.Equal(JsonValueKind.Null, events[3].GetProperty("failure").ValueKind);
    }

    [Fact]
    public void Who_sends_rubbish_or_nothing_is_refused_and_keeps_nobody_waiting()
    {
        using var serving = XdpServing.Start();
        using Socket silent = serving.Connect(), halting = serving.Connect();
        using Socket rubbish = serving.Connect(), leaving = serving.Connect();
        long start = Stopwatch.GetTimestamp();
        halting.Send(new byte[5]);
        rubbish.Send("What came is not what SendTo sends"u8);
        leaving.Dispose();
        byte[] answer = new byte[8192];
        Assert.True(rubbish.Receive(answer) > 8);
        using (XdpSocket guest = serving.OpenAdopted())
            Assert.Equal([XdpServing.OneType], serving.Exchange(guest, XdpServing.OneType));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10) || silent.Poll(0, SelectMode.SelectRead));
        Assert.Equal(0, silent.Receive(answer));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 9, 60);
        Assert.Equal(0, halting.Receive(answer));
        using (XdpSocket guest = serving.OpenAdopted())
            Assert.Equal([XdpServing.OneType], serving.Exchange(guest, XdpServing.OneType));
        serving.Program.Signal("INT");
        CliResult result = serving.Program.WaitForEnd();
        Assert.Equal(0, result.ExitCode);
        string me = $"process {Environment.ProcessId}";
        Assert.Equal($"queue 0: a socket of {me}\nqueue 0: a socket of {me}\n", result.Output);
        foreach (string reason in new[] { "What came is not what", "It sent nothing for 10 s", "The other side sent nothing" })
            Assert.Contains($"refused {me}: {reason}", result.Error, StringComparison.Ordinal);
        Assert.Equal(4, result.Error.Split("refused ").Length - 1);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void The_program_is_detached_when_the_command_ends_and_when_it_is_killed(string signal)
    {
        using var serving = XdpServing.Start("--generic");
        Assert.NotEqual(0, serving.Cable.AttachedProgram());
        using XdpSocket guest = serving.OpenAdopted();
        using Socket waiting = serving.Connect();
        serving.Program.Signal(signal);
        CliResult result = serving.Program.WaitForEnd();
        Assert.Equal(signal == "TERM" ? 0 : 137, result.ExitCode);
        // What a killed process had open is closed soon after.
        long start = Stopwatch.GetTimestamp();
        while (serving.Cable.AttachedProgram() != 0 && Stopwatch.GetElapsedTime(start).TotalSeconds < 30) Thread.Sleep(50);
        Assert.Equal(0, serving.Cable.AttachedProgram());
        Assert.Equal(signal == "KILL", File.Exists(serving.Path));
        guest.Dispose();
        // What it left is replaced.
        serving.StartAgain();
        using XdpSocket another = serving.OpenAdopted();
        Assert.Equal([XdpServing.OneType], serving.Exchange(another, XdpServing.OneType));
    }

    [Fact]
    public void A_path_that_is_taken_is_told_and_stays_and_nothing_is_attached()
    {
        using var serving = XdpServing.Start();
        AssertRefused(serving, serving.Path, "another process listens there");
        string file = $"{serving.Path}.txt";
        File.WriteAllText(file, "kept");
        AssertRefused(serving, file, "there is a file already");
        Assert.Equal("kept", File.ReadAllText(file));
        AssertRefused(serving, $"{serving.Path}.missing/door", "cannot be listened on");
        AssertRefused(serving, $"/tmp/{new string('x', 200)}", "longer than 107 bytes");
        AssertRefused(serving, "", "the path is empty");
        AssertRefused(serving, $"{serving.Path}.2", "has an XDP program already");
        Assert.False(File.Exists($"{serving.Path}.2"));
        using XdpSocket guest = serving.OpenAdopted();
    }

    [Fact]
    public void It_ends_with_the_reason_when_the_interface_is_removed()
    {
        using var serving = XdpServing.Start("--json");
        serving.Cable.Veth.Left.Run("ip", "link", "del", XdpCable.Name);
        CliResult result = serving.Program.WaitForEnd();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("no-interface", result.JsonLines[^1].GetProperty("failure").GetProperty("kind").GetString());
        Assert.False(File.Exists(serving.Path));
    }

    [Fact]
    public void A_filter_that_is_none_is_told_with_the_word()
    {
        CliResult result = CliProgram.Run("xdp", "lo", "--serve", "/tmp/never", "--filter", "udp 53 or prot 4", "--json");
        Assert.Equal(1, result.ExitCode);
        string? reason = result.Json.GetProperty("failure").GetProperty("reason").GetString();
        Assert.Contains("'prot' at position 11", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--filter", "udp")]
    [InlineData("--serve", "x", "--watch")]
    [InlineData("--serve", "x", "--native", "--generic")]
    [InlineData("--serve", "x", "--queue", "1")]
    [InlineData("--watch", "--try")]
    [InlineData("--serve")]
    public void Options_that_do_not_go_together_are_a_usage_error(params string[] options)
    {
        CliResult result = CliProgram.Run(["xdp", "lo", .. options]);
        Assert.True(result.ExitCode == 2, result.Output + result.Error);
        Assert.Contains("Usage: nonpaged xdp", result.Error, StringComparison.Ordinal);
    }

    private static void AssertRefused(XdpServing serving, string path, string reason)
    {
        CliResult result = serving.Cable.Run("--serve", path);
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.Contains(reason, result.Output, StringComparison.Ordinal);
        Assert.Contains("remedy  ", result.Output, StringComparison.Ordinal);
    }
}
