namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>Frames that a program gives back to the socket that it received them from.</summary>
public sealed class GiveTests
{
    [Fact]
    public void Frames_go_round_between_the_socket_and_the_program_and_none_is_lost()
    {
        using var veth = Veth.Create();
        using XdpSocket sends = veth.OpenLeft(new XdpSocketOptions { ReceiveEntries = 0 });
        using XdpSocket receives = veth.OpenRight(new XdpSocketOptions
        { TransmitEntries = 0, FillEntries = 256, ReceiveEntries = 256, Frames = new XdpFramePool(new() { Count = 512 }) });
        using XdpFramePool pool = receives.Frames;
        int free = pool.FreeCount;
        Assert.Equal(256, free);
        var frames = new XdpFrame[64];
        int arrived = 0;
        for (int round = 0; round < 200; round++)
        {
            int sent = Send(sends, 40 + (round % 20));
            for (int came = 0; came < sent;)
            {
                Assert.True(receives.Wait(TimeSpan.FromSeconds(5)));
                int count = receives.Receive(frames);
                receives.Give(frames.AsSpan(0, count));
                came += count;
                arrived += count;
            }
        }

        Assert.Equal(arrived, receives.GetStatistics().Received);
        Assert.Equal(0, receives.GetStatistics().FillRingEmpty);
        Assert.Equal(free, pool.FreeCount);
    }

    [Fact]
    public void Frames_that_the_ring_has_no_room_for_go_to_the_pool()
    {
        using var veth = Veth.Create();
        using XdpSocket socket = veth.OpenLeft(new XdpSocketOptions { FillEntries = 64 });
        int free = socket.Frames.FreeCount;
        var frames = new XdpFrame[100];
        Assert.Equal(100, socket.Frames.Take(frames));
        socket.Give(frames);
        Assert.Equal(free, socket.Frames.FreeCount);
        socket.Give();
        Assert.Equal(free, socket.Frames.FreeCount);
    }

    [Fact]
    public void Where_one_of_them_is_not_the_programs_none_is_taken()
    {
        using var veth = Veth.Create();
        using XdpSocket socket = veth.OpenLeft(new XdpSocketOptions { FillEntries = 64, ReceiveEntries = 64 });
        Send(socket, 50, socket.Frames);
        var frames = new XdpFrame[100];
        Assert.Equal(100, socket.Frames.Take(frames));
        (XdpFrame Frame, string Word)[] refused =
        [
            (socket.Frames.Frame(socket.Frames.Count - 1), "free"), (frames[3], "it is "),
            (new XdpFrame((ulong)socket.Frames.Count * 2048, 60, 0), "None of the"),
        ];
        foreach ((XdpFrame frame, string word) in refused)
        {
            foreach (int at in new[] { 0, 10, 99 })
            {
                XdpFrame[] batch = [.. frames[..at], frame, .. frames[at..]];
                Assert.Contains(
                    word, Assert.Throws<InvalidOperationException>(() => socket.Give(batch)).Message, StringComparison.Ordinal);
            }
        }

        // All of them are the program's as before.
        socket.Frames.Give(frames);
        using XdpSocket sends = veth.OpenRight(new XdpSocketOptions { ReceiveEntries = 0 });
        Assert.Throws<InvalidOperationException>(() => sends.Give(sends.Frames.Frame(0)));
    }

    [Fact]
    public void Frames_that_were_sent_are_received_in_next()
    {
        using var veth = Veth.Create();
        using XdpSocket left = veth.OpenLeft(new XdpSocketOptions { FillEntries = 128, ReceiveEntries = 128 });
        using XdpSocket right = veth.OpenRight();
        int free = left.Frames.FreeCount;
        var frames = new XdpFrame[64];
        for (int round = 0; round < 100; round++)
        {
            // Comes, and goes back.
            Assert.Equal(32, Send(right, 32));
            for (int came = 0; came < 32;)
            {
                Assert.True(left.Wait(TimeSpan.FromSeconds(5)));
                int count = left.Receive(frames);
                Assert.Equal(count, left.Send(frames.AsSpan(0, count)));
                came += count;
            }

            for (int back = 0; back < 32;)
            {
                Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
                int count = right.Receive(frames);
                right.Give(frames.AsSpan(0, count));
                back += count;
            }
        }

        // What is missing is in the rings, on its way.
        Assert.True(SpinWait.SpinUntil(() => left.Reclaim() == 0, TimeSpan.FromSeconds(5)));
        Assert.InRange(left.Frames.FreeCount, free - 128, free + 128);
        Assert.Equal(3200, left.GetStatistics().Sent);
        Assert.Equal(0, left.GetStatistics().FillRingEmpty);
    }

    private static int Send(XdpSocket socket, int count, XdpFramePool? pool = null)
    {
        var frames = new XdpFrame[count];
        Assert.Equal(count, (pool ?? socket.Frames).Take(frames, 60));
        int sent = 0;
        Assert.True(SpinWait.SpinUntil(() => (sent += socket.Send(frames.AsSpan(sent))) == count, TimeSpan.FromSeconds(5)));
        return sent;
    }
}
