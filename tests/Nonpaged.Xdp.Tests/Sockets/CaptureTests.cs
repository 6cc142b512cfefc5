using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>What went over the cable, as tshark saw it.</summary>
public sealed partial class CaptureTests
{
    [Fact]
    public void Tshark_on_the_other_side_sees_exactly_the_frames_that_were_sent()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tshark"), "needs tshark (apt-get install --no-install-recommends tshark)");
        using var veth = Veth.Create();
        string file = Path.Combine(Path.GetTempPath(), $"nonpaged-{Guid.NewGuid():N}.pcap");
        const int count = 300;
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var sent = new List<string>();
        try
        {
            using Process capture = veth.Right.StartProcess(
                ["tshark", "-i", Veth.RightName, "-w", file, "-F", "pcap", "-c", $"{count}", "-q", "-n"]);
            WaitUntilCapturing(capture, file);
            using XdpSocket left = veth.OpenLeft();
            for (int i = 0; i < count; i++)
            {
                Assert.True(left.Frames.TryTake(out XdpFrame frame));
                frame = frame.WithLength(60 + random.Next(1455));
                random.NextBytes(left.Frames.Data(frame));
                // To everybody: a kernel drops what is for another address before it is told apart.
                left.Frames.Data(frame)[..6].Fill(0xff);
                sent.Add(Convert.ToHexStringLower(left.Frames.Data(frame)));
                Assert.Equal(1, left.Send(frame));
            }

            Assert.True(capture.WaitForExit(TimeSpan.FromSeconds(60)), $"seed {seed}: tshark did not see them all.");
            string[] arguments = ["-r", file, "-n", "-T", "json", "-x", "-j", "frame_raw"];
            using Process read = Process.Start(new ProcessStartInfo("tshark", arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _ = read.StandardError.ReadToEndAsync();
            string output = read.StandardOutput.ReadToEnd();
            read.WaitForExit();
            Assert.Equal(sent, FrameBytes().Matches(output).Select(match => match.Groups[1].Value));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // It says so before it is true; the file's header is written when it is.
    private static void WaitUntilCapturing(Process capture, string file)
    {
        _ = capture.StandardError.ReadToEndAsync();
        Assert.True(
            SpinWait.SpinUntil(() => File.Exists(file) && new FileInfo(file).Length >= 24, TimeSpan.FromSeconds(60)),
            "tshark does not start.");
        Thread.Sleep(200);
    }

    [GeneratedRegex("\"frame_raw\": \\[\\s*\"([0-9a-f]+)\"")]
    private static partial Regex FrameBytes();
}
