using System.Net;
using System.Net.Sockets;

namespace Nonpaged.Xdp.Tests.Samples;

/// <summary>The samples, as their users start them.</summary>
public sealed class SampleTests
{
    private static readonly string[] s_all = ["net_raw", "bpf", "net_admin"];

    [Fact]
    public void The_forwarder_sends_each_frame_back_with_its_addresses_exchanged()
    {
        using var veth = Veth.Create();
        using var forwarder = new SampleRun(veth.Right, [], "forward", Veth.RightName);
        forwarder.WaitUntilReady();
        using XdpSocket left = veth.OpenLeft();
        AssertForwards(left, 200);
        (int exitCode, string output, string error) = forwarder.Stop();
        Assert.Equal((0, "200 frames sent", ""), (exitCode, output.Trim(), error));
        Assert.Equal(0, veth.Right.Do(() => XdpInterface.Find(Veth.RightName)).AttachedProgramId);
    }

    [Fact]
    public void The_echo_answers_UDP_of_the_kernel_and_leaves_it_the_rest()
    {
        using var veth = Veth.Create();
        veth.Left.Run("ip", "address", "add", "10.9.0.1/24", "dev", Veth.LeftName);
        veth.Right.Run("ip", "address", "add", "10.9.0.2/24", "dev", Veth.RightName);
        // A veth leaves checksums to the other side's kernel, which does not see these frames.
        veth.Left.Run("ethtool", "-K", Veth.LeftName, "tx", "off");
        using var echo = new SampleRun(veth.Right, SampleRun.AsUser(8192, s_all), "echo", Veth.RightName, "--port", "4711");
        echo.WaitUntilReady();
        veth.Left.Do(() =>
        {
            using var udp = new UdpClient();
            udp.Client.ReceiveTimeout = 5000;
            for (int length = 0; length < 1400; length += 100)
            {
                byte[] sent = new byte[length];
                new Random(length).NextBytes(sent);
                udp.Send(sent, "10.9.0.2", 4711);
                IPEndPoint? from = null;
                Assert.Equal(sent, udp.Receive(ref from));
                Assert.Equal(new IPEndPoint(IPAddress.Parse("10.9.0.2"), 4711), from);
            }
        });
        veth.Left.Run("ping", "-c", "1", "-W", "5", "10.9.0.2");
        (int exitCode, string output, _) = echo.Stop();
        Assert.Equal((0, "14 datagrams answered"), (exitCode, output.Trim()));
    }

    [Fact]
    public void The_counter_counts_what_the_generator_sends()
    {
        using var veth = Veth.Create();
        using var counter = new SampleRun(veth.Right, SampleRun.AsUser(8192, s_all), "count", Veth.RightName);
        counter.WaitUntilReady();
        using var generator = new SampleRun(
            veth.Left, SampleRun.AsUser(8192, s_all), "generate", Veth.LeftName, "--count", "100", "--bytes", "77");
        generator.WaitUntilReady();
        (int exitCode, string output, string error) = generator.End();
        Assert.StartsWith("100 frames of 77 bytes", output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (exitCode, error));
        Thread.Sleep(1000);
        string table = counter.Stop().Output;
        Assert.Matches(@"0x88b5 +100 +7700\n", table);
    }

    [Theory]
    [InlineData("net_raw", "CAP_NET_RAW")]
    [InlineData("bpf", "CAP_BPF")]
    [InlineData("net_admin", "CAP_NET_ADMIN")]
    public void Without_one_of_the_capabilities_it_is_named(string lacking, string name)
    {
        using var veth = Veth.Create();
        using var forwarder = new SampleRun(
            veth.Right, SampleRun.AsUser(8192, [.. s_all.Except([lacking])]), "forward", Veth.RightName);
        (int exitCode, string output, string error) = forwarder.End();
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains($"{name}, which this process lacks", error, StringComparison.Ordinal);
        Assert.Contains($"setpriv --ambient-caps +{lacking}", error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            s_all.Except([lacking]), one => error.Contains($"CAP_{one.ToUpperInvariant()}", StringComparison.Ordinal));
        Assert.Equal(0, veth.Right.Do(() => XdpInterface.Find(Veth.RightName)).AttachedProgramId);
    }

    [Fact]
    public void Where_too_little_may_be_locked_the_limit_is_told()
    {
        using var veth = Veth.Create();
        using var forwarder = new SampleRun(veth.Right, SampleRun.AsUser(1024, s_all), "forward", Veth.RightName);
        (int exitCode, string output, string error) = forwarder.End();
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains("1048576 bytes", error, StringComparison.Ordinal);
        Assert.Contains("ulimit -l unlimited", error, StringComparison.Ordinal);
    }

    // With 6 MiB the 4 MiB of one run and those of the next do not fit at a time: what the first had pinned must be given back.
    [Fact]
    public void A_run_that_is_killed_at_a_random_moment_leaves_no_program_and_no_memory_and_the_next_one_starts_at_once()
    {
        using var veth = Veth.Create();
        using XdpSocket left = veth.OpenLeft();
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 8; round++)
        {
            using var forwarder = new SampleRun(veth.Right, SampleRun.AsUser(6144, s_all), "forward", Veth.RightName);
            if (round % 2 == 0)
            {
                // Somewhere in its start.
                Thread.Sleep(random.Next(30, 300));
            }
            else
            {
                forwarder.WaitUntilReady();
                AssertForwards(left, 1 + random.Next(100));
                Send(left, 32);
            }

            forwarder.Kill();
            Assert.True(
                SpinWait.SpinUntil(
                    () => veth.Right.Do(() => XdpInterface.Find(Veth.RightName)).AttachedProgramId == 0, TimeSpan.FromSeconds(5)),
                $"seed {seed}: a program is left.");
        }
    }

    private static void AssertForwards(XdpSocket left, int count)
    {
        var received = new XdpFrame[64];
        for (int back = 0, number = 0; number < count; number++, back = 0)
        {
            // What an earlier run sent back late.
            while ((back = left.Receive(received)) > 0) left.Frames.Give(received.AsSpan(0, back));
            byte[] sent = Send(left, 1);
            byte[] expected = [.. sent[6..12], .. sent[..6], .. sent[12..]];
            bool isBack = false;
            while (!isBack)
            {
                Assert.True(left.Wait(TimeSpan.FromSeconds(10)), $"Frame {number} does not come back.");
                back = left.Receive(received);
                foreach (XdpFrame frame in received.AsSpan(0, back)) isBack |= left.Frames.Data(frame).SequenceEqual(expected);
                left.Frames.Give(received.AsSpan(0, back));
            }
        }
    }

    private static byte[] Send(XdpSocket socket, int count)
    {
        byte[] bytes = new byte[60 + Random.Shared.Next(1000)];
        for (int i = 0; i < count; i++)
        {
            Random.Shared.NextBytes(bytes);
            Assert.True(socket.Frames.TryTake(out XdpFrame frame));
            frame = frame.WithLength(bytes.Length);
            bytes.CopyTo(socket.Frames.Data(frame));
            Assert.Equal(1, socket.Send(frame));
        }

        return bytes;
    }
}
