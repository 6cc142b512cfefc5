using System.Globalization;

namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>Many frames, both ways at once. NONPAGED_XDP_FRAMES says how many; without it enough for each run of the
/// tests.</summary>
public sealed class TrafficTests
{
    private static long Frames => long.Parse(
        Environment.GetEnvironmentVariable("NONPAGED_XDP_FRAMES") ?? "100000", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(60, XdpAttachMode.Native)]
    [InlineData(1514, XdpAttachMode.Native)]
    [InlineData(60, XdpAttachMode.Generic)]
    [InlineData(1514, XdpAttachMode.Generic)]
    public void No_frame_is_lost_or_changed_both_ways_at_once(int length, XdpAttachMode mode)
    {
        using var veth = Veth.Create();
        var options = new XdpSocketOptions { AttachMode = mode, ReceiveEntries = 512, TransmitEntries = 256 };
        using XdpSocket left = veth.OpenLeft(options), right = veth.OpenRight(options);
        Exchange(left, right, Frames, length);
    }

    [Fact]
    public void Nor_with_unaligned_frames()
    {
        using var veth = Veth.Create();
        using var leftFrames = new XdpFramePool(new XdpFramePoolOptions { FrameSize = 3008, Unaligned = true, Headroom = 100 });
        using var rightFrames = new XdpFramePool(new XdpFramePoolOptions { FrameSize = 2112, Unaligned = true });
        using XdpSocket left = veth.OpenLeft(new XdpSocketOptions { Frames = leftFrames });
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { Frames = rightFrames });
        Exchange(left, right, Frames / 4, 1514);
    }

    [Fact]
    public void Nor_with_busy_polling_and_without_wake_ups()
    {
        using var veth = Veth.Create();
        using XdpSocket left = veth.OpenLeft(new XdpSocketOptions { BusyPollBudget = 64 });
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { NeedWakeup = false });
        Exchange(left, right, Frames / 4, 60);
    }

    private static void Exchange(XdpSocket left, XdpSocket right, long frames, int length)
    {
        Peer[] peers = [new(left, frames, length), new(right, frames, length)];
        Task[] both = [.. peers.Select(peer => Task.Factory.StartNew(peer.Run, TaskCreationOptions.LongRunning))];
        Task first = Task.WhenAny(both).GetAwaiter().GetResult();
        if (first.IsFaulted) first.GetAwaiter().GetResult();
        Task.WaitAll(both);
        // What tiering and a first exception message cost, but nothing a frame.
        Assert.All(peers, peer => Assert.InRange(peer.Allocated, 0, 4096));
        foreach (XdpSocket socket in new[] { left, right })
        {
            XdpStatistics statistics = socket.GetStatistics();
            Assert.True(statistics.Received >= frames && statistics.Sent >= frames, statistics.ToString());
            Assert.Equal((0, 0, 0), (statistics.Dropped, statistics.ReceiveRingFull, statistics.InvalidTransmit));
        }
    }
}
