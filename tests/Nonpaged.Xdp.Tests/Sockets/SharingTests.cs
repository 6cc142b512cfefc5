namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>Several sockets over one pool of frames.</summary>
public sealed class SharingTests
{
    [Fact]
    public void A_frame_that_came_in_on_one_interface_leaves_on_another_one_without_a_copy()
    {
        using var one = Veth.Create();
        // A second cable out of the same namespace: to the first one's right end.
        one.Left.Run("ip", "link", "add", "second", "type", "veth", "peer", "name", "other");
        one.Left.Run("ip", "link", "set", "other", "netns", $"{one.Right.Id}");
        one.Left.Run("ip", "link", "set", "second", "up");
        one.Right.Run("ip", "link", "set", "other", "up");
        using var frames = new XdpFramePool(new XdpFramePoolOptions { Count = 4096 });
        using XdpSocket left = one.OpenLeft(new XdpSocketOptions { Frames = frames });
        using XdpSocket second = one.Left.Do(() => XdpSocket.Open("second", 0, new XdpSocketOptions { Frames = frames }));
        using XdpSocket right = one.OpenRight();
        using XdpSocket other = one.Right.Do(() => XdpSocket.Open("other"));
        var received = new XdpFrame[64];
        for (int number = 0; number < 500; number++)
        {
            Assert.True(right.Frames.TryTake(out XdpFrame sent));
            sent = sent.WithLength(60 + number);
            right.Frames.Data(sent).Fill((byte)number);
            Assert.Equal(1, right.Send(sent));
            Assert.True(left.Wait(TimeSpan.FromSeconds(5)));
            Assert.Equal(1, left.Receive(received));
            Assert.Equal(1, second.Send(received[0]));
            Assert.True(other.Wait(TimeSpan.FromSeconds(5)));
            Assert.Equal(1, other.Receive(received));
            Assert.Equal(60 + number, received[0].Length);
            Assert.Equal(-1, other.Frames.Data(received[0]).IndexOfAnyExcept((byte)number));
            other.Frames.Give(received[0]);
        }
    }

    [Fact]
    public void All_queues_are_opened_at_once_and_each_frame_arrives_at_one_of_them()
    {
        using var veth = Veth.Create(queues: 4);
        using XdpSocketGroup group = veth.Right.Do(() => XdpSocketGroup.Open(Veth.RightName));
        Assert.Equal([0, 1, 2, 3], group.Select(socket => socket.Queue));
        XdpSocket[] senders = [.. Enumerable.Range(0, 4).Select(queue =>
            veth.OpenLeft(new XdpSocketOptions { ReceiveEntries = 0 }, queue))];
        foreach (XdpSocket sender in senders)
        {
            Assert.True(sender.Frames.TryTake(out XdpFrame frame));
            Assert.Equal(1, sender.Send(frame.WithLength(60 + sender.Queue)));
        }

        var received = new XdpFrame[8];
        var lengths = new List<int>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                foreach (XdpSocket socket in group)
                {
                    int count = socket.Receive(received);
                    lengths.AddRange(received.Take(count).Select(frame => frame.Length));
                    socket.Frames.Give(received.AsSpan(0, count));
                }

                return lengths.Count == 4;
            },
            TimeSpan.FromSeconds(5)));
        Assert.Equal([60, 61, 62, 63], lengths.Order());
        foreach (XdpSocket sender in senders) sender.Dispose();
    }

    [Fact]
    public void Frames_in_the_rings_of_a_closed_socket_are_free_and_those_in_hands_are_still_there()
    {
        using var veth = Veth.Create(queues: 2);
        var frames = new XdpFramePool(new XdpFramePoolOptions { Count = 3000 });
        using XdpProgram program = veth.Left.Do(() => XdpProgram.Attach(Veth.LeftName));
        var options = new XdpSocketOptions { Frames = frames, Program = program };
        XdpSocket first = veth.OpenLeft(options), second = veth.OpenLeft(options, 1);
        Assert.Equal(3000 - 2 * 1024, frames.FreeCount);
        Assert.True(frames.TryTake(out XdpFrame mine));
        first.Dispose();
        Assert.Equal(3000 - 1024 - 1, frames.FreeCount);
        // The one that registered the memory is gone; another one can join all the same.
        using (XdpSocket again = veth.OpenLeft(options)) Assert.Equal(3000 - 2048 - 1, frames.FreeCount);
        frames.Dispose();
        frames.Data(mine).Fill(1);
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => frames.Data(mine).Length);
        Assert.Throws<ObjectDisposedException>(() => veth.OpenLeft(options));
    }

    [Fact]
    public void A_queue_is_known_to_be_free_when_the_kernel_has_taken_it_from_a_closed_socket()
    {
        using var veth = Veth.Create();
        XdpSocket socket = veth.OpenLeft(new XdpSocketOptions { AttachProgram = false });
        uint index = socket.Interface.Index;
        Assert.False(veth.Left.Do(() => QueueDrain.Wait(index, 0, TimeSpan.FromMilliseconds(20))));
        socket.Dispose();
        Assert.True(veth.Left.Do(() => QueueDrain.Wait(index, 0, TimeSpan.FromSeconds(5))));
        Assert.False(veth.Left.Do(() => QueueDrain.Wait(index, 7, TimeSpan.FromSeconds(5))));
        Assert.True(veth.Left.Do(() => QueueDrain.Wait(index + 1000, 0, TimeSpan.FromSeconds(5))));
    }

    [Fact]
    public void A_pool_without_sockets_can_be_bound_again_at_once()
    {
        using var veth = Veth.Create();
        using var frames = new XdpFramePool();
        for (int i = 0; i < 5; i++)
        {
            using XdpSocket socket = veth.OpenLeft(new XdpSocketOptions { Frames = frames });
            Assert.Equal(1024, frames.FreeCount);
        }

        Assert.Equal(2048, frames.FreeCount);
    }
}
