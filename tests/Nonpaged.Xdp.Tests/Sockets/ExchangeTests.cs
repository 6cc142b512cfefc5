using System.Buffers.Binary;

namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>Frames from one end of a cable to the other.</summary>
public sealed class ExchangeTests
{
    [Theory]
    [InlineData(XdpAttachMode.Native)]
    [InlineData(XdpAttachMode.Generic)]
    public void A_frame_arrives_as_it_was_sent(XdpAttachMode mode)
    {
        using var veth = Veth.Create();
        using XdpSocket left = veth.OpenLeft();
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { AttachMode = mode });
        Assert.True(left.Frames.TryTake(out XdpFrame frame));
        frame = frame.WithLength(100);
        for (int i = 0; i < 100; i++) left.Frames.Data(frame)[i] = (byte)i;
        byte[] sent = left.Frames.Data(frame).ToArray();
        Assert.Equal(1, left.Send(frame));
        Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
        var received = new XdpFrame[8];
        Assert.Equal(1, right.Receive(received));
        Assert.Equal(sent, right.Frames.Data(received[0]).ToArray());
        right.Frames.Give(received[0]);
        Assert.False(left.IsZeroCopy);
    }

    [Fact]
    public async Task A_socket_that_had_no_frame_for_the_kernel_receives_again_once_frames_are_given_back()
    {
        using var veth = Veth.Create();
        using var frames = new XdpFramePool(new XdpFramePoolOptions { Count = 64 });
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { Frames = frames, ReceiveEntries = 64, FillEntries = 64 });
        using XdpSocket left = veth.OpenLeft();
        var received = new XdpFrame[64];
        int held = 0;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Assert.True(left.Frames.TryTake(out XdpFrame one));
                Assert.Equal(1, left.Send(one.WithLength(60)));
                return (held += right.Receive(received.AsSpan(held))) == 64;
            },
            TimeSpan.FromSeconds(20)));
        Assert.Equal(0, frames.FreeCount);
        ValueTask wait = right.WaitAsync();
        frames.Give(received);
        await wait.AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, right.Receive(received));
        Assert.False(right.Wait(TimeSpan.FromMilliseconds(1)));
        Assert.True(left.Frames.TryTake(out XdpFrame frame));
        Assert.Equal(1, left.Send(frame.WithLength(60)));
        Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_wait_ends_when_a_frame_arrives_or_it_is_cancelled_or_the_socket_is_closed()
    {
        using var veth = Veth.Create();
        using XdpSocket left = veth.OpenLeft();
        XdpSocket right = veth.OpenRight();
        for (int i = 0; i < 3; i++)
        {
            ValueTask wait = right.WaitAsync();
            Assert.False(wait.IsCompleted);
            await Assert.ThrowsAsync<InvalidOperationException>(() => right.WaitAsync().AsTask());
            Assert.True(left.Frames.TryTake(out XdpFrame frame));
            BinaryPrimitives.WriteInt32LittleEndian(left.Frames.Data(frame), i);
            Assert.Equal(1, left.Send(frame.WithLength(60)));
            await wait;
            var received = new XdpFrame[8];
            Assert.Equal(1, right.Receive(received));
            Assert.Equal(i, BinaryPrimitives.ReadInt32LittleEndian(right.Frames.Data(received[0])));
            right.Frames.Give(received[0]);
        }

        using (var cancellation = new CancellationTokenSource(50))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => right.WaitAsync(cancellation.Token).AsTask());
        }

        ValueTask last = right.WaitAsync();
        right.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => last.AsTask());
        Assert.Throws<ObjectDisposedException>(() => right.Receive(new XdpFrame[1]));
        Assert.Throws<ObjectDisposedException>(() => right.Send(right.Frames.Frame(0)));
        Assert.Throws<ObjectDisposedException>(() => right.Flush());
        Assert.Throws<ObjectDisposedException>(() => right.Reclaim());
        Assert.Throws<ObjectDisposedException>(() => right.Wait(TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => right.GetStatistics());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => right.WaitAsync().AsTask());
    }
}
