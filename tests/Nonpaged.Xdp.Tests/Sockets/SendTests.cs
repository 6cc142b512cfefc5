namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>What may be sent, what may not, and what becomes of frames in either case.</summary>
public sealed class SendTests
{
    [Fact]
    public void A_frame_that_the_program_does_not_have_or_the_kernel_would_drop_is_refused_and_none_is_sent()
    {
        using var veth = Veth.Create();
        using XdpSocket socket = veth.OpenLeft();
        var frames = new XdpFrame[8];
        Assert.Equal(8, socket.Frames.Take(frames));
        for (int i = 0; i < 8; i++) frames[i] = frames[i].WithLength(60);
        Assert.Equal(1, socket.Send(frames[0]));
        (XdpFrame Frame, string Word)[] refused =
        [
            (frames[0], "it is "),
            (frames[1].WithLength(0), "empty"),
            (frames[1].WithLength(2049), "reaches out"),
            (frames[1].Advance(59).WithLength(2000), "reaches out"),
            (socket.Frames.Frame(0).WithLength(60), "rings"),
            (socket.Frames.Frame(socket.Frames.Count - 1).WithLength(60), "free"),
            (new XdpFrame((ulong)socket.Frames.Count * 2048, 60, 0), "lie in"),
            (frames[1].WithContinuation(true), "options"),
        ];
        foreach ((XdpFrame frame, string word) in refused)
        {
            XdpFrame[] batch = [.. frames[2..], frame];
            Assert.Contains(
                word, Assert.Throws<InvalidOperationException>(() => socket.Send(batch)).Message, StringComparison.Ordinal);
        }

        // All of them are the program's as before.
        Assert.Equal(7, socket.Send(frames.AsSpan(1)));
        Assert.Throws<InvalidOperationException>(() => socket.Frames.Give(frames[3]));
    }

    [Fact]
    public void All_frames_come_back_and_a_full_ring_takes_a_part()
    {
        using var veth = Veth.Create();
        using XdpSocket socket = veth.OpenLeft(new XdpSocketOptions { TransmitEntries = 64, ReceiveEntries = 0 });
        int all = socket.Frames.FreeCount;
        Assert.Equal(socket.Frames.Count, all);
        var frames = new XdpFrame[200];
        Assert.Equal(200, socket.Frames.Take(frames));
        for (int i = 0; i < 200; i++) frames[i] = frames[i].WithLength(100);
        int sent = 0;
        for (int i = 0; i < 1000 && sent < 200; i++)
        {
            int gone = socket.Send(frames.AsSpan(sent));
            Assert.InRange(gone, 0, 64);
            sent += gone;
        }

        Assert.Equal(200, sent);
        Assert.True(SpinWait.SpinUntil(() => socket.Reclaim() == 0, TimeSpan.FromSeconds(5)));
        Assert.Equal(all, socket.Frames.FreeCount);
        Assert.Equal(200, socket.GetStatistics().Sent);
    }

    [Fact]
    public async Task A_socket_for_one_way_refuses_the_other()
    {
        using var veth = Veth.Create();
        using XdpSocket sends = veth.OpenLeft(new XdpSocketOptions { ReceiveEntries = 0 });
        using XdpSocket receives = veth.OpenRight(new XdpSocketOptions { TransmitEntries = 0 });
        Assert.Throws<InvalidOperationException>(() => sends.Receive(new XdpFrame[1]));
        Assert.Throws<InvalidOperationException>(() => sends.Wait(TimeSpan.Zero));
        Assert.Throws<InvalidOperationException>(() => receives.Send(receives.Frames.Frame(0)));
        Assert.Contains(
            "only receives",
            Assert.Throws<InvalidOperationException>(() => receives.WaitToSend(TimeSpan.Zero)).Message,
            StringComparison.Ordinal);
        Assert.True(sends.WaitToSend(TimeSpan.FromSeconds(1)));
        Assert.False(receives.Wait(TimeSpan.FromMilliseconds(10)));
        Assert.True(receives.Flush() && sends.Flush());
        ValueTask wait = receives.WaitAsync();
        Assert.True(sends.Frames.TryTake(out XdpFrame frame));
        Assert.Equal(1, sends.Send(frame.WithLength(60)));
        await wait;
        Assert.Equal(1, receives.Receive(new XdpFrame[4]));
        // No program is needed to send.
        Assert.Equal(0, veth.Left.Do(() => XdpInterface.Find(Veth.LeftName)).AttachedProgramId);
    }

    [Fact]
    public void A_checksum_that_is_asked_for_is_put_into_the_frame()
    {
        using var veth = Veth.Create();
        using var frames = new XdpFramePool(new XdpFramePoolOptions { TransmitMetadata = true, SoftwareChecksums = true });
        XdpSocket? opened = null;
        try
        {
            opened = veth.OpenLeft(new XdpSocketOptions { Frames = frames });
        }
        catch (XdpException exception) when (exception.Kind == XdpFailureKind.NotSupported)
        {
            Assert.Skip($"This machine's kernel has none: {exception.Message}");
        }

        using XdpSocket left = opened!, right = veth.OpenRight();
        Assert.True(frames.TryTake(out XdpFrame frame));
        frame = frame.WithLength(64);
        Span<byte> data = frames.Data(frame);
        for (int i = 0; i < 64; i++) data[i] = (byte)(7 * i);
        // Of the bytes from 34 on, put at 40, whose contents are a part of the sum (RFC 1071).
        uint sum = 0;
        for (int i = 34; i < 64; i += 2) sum += (uint)(data[i] << 8 | data[i + 1]);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        Assert.Equal(1, left.Send(frames.RequestChecksum(frame, 34, 6)));
        Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
        var received = new XdpFrame[1];
        Assert.Equal(1, right.Receive(received));
        ReadOnlySpan<byte> arrived = right.Frames.Data(received[0]);
        Assert.Equal((ushort)~sum, arrived[40] << 8 | arrived[41]);
        Assert.Equal(0, left.GetStatistics().InvalidTransmit);
    }

    [Fact]
    public void A_packet_that_is_longer_than_a_frame_leaves_and_arrives_in_several()
    {
        using var veth = Veth.Create(mtu: 9000);
        var options = new XdpSocketOptions { MultiBuffer = true, AttachMode = XdpAttachMode.Native };
        using XdpSocket left = veth.OpenLeft(options), right = veth.OpenRight(options);
        byte[] packet = new byte[5000];
        new Random(1).NextBytes(packet);
        var frames = new XdpFrame[3];
        Assert.Equal(3, left.Frames.Take(frames));
        for (int i = 0; i < 3; i++)
        {
            ReadOnlySpan<byte> part = packet.AsSpan(2000 * i, Math.Min(2000, 5000 - 2000 * i));
            frames[i] = frames[i].WithLength(part.Length).WithContinuation(i < 2);
            part.CopyTo(left.Frames.Data(frames[i]));
        }

        Assert.Equal(0, left.Send(frames.AsSpan(0, 2)));
        Assert.Equal(3, left.Send(frames));
        var received = new XdpFrame[16];
        var bytes = new List<byte>();
        bool isContinued = true;
        while (isContinued)
        {
            Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
            int count = right.Receive(received);
            foreach (XdpFrame frame in received.AsSpan(0, count))
            {
                bytes.AddRange(right.Frames.Data(frame));
                isContinued = frame.IsContinued;
            }

            right.Frames.Give(received.AsSpan(0, count));
        }

        Assert.Equal(packet, bytes);
    }
}
