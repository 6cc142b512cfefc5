using Nonpaged.Interop;

namespace Nonpaged.Protocols;

/// <summary>From the kernel to the adapter, in a thread of its own.</summary>
public sealed unsafe partial class TapInterface
{
    private const int Batch = 32;

    private long _framesSent;
    private long _framesNotSent;

    /// <summary>Frames that the kernel sent and the adapter put on the wire.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Frames that the kernel sent and that were too long, or that the adapter could not send.</summary>
    public long FramesNotSent => Interlocked.Read(ref _framesNotSent);

    private void SendFrames()
    {
        var batch = stackalloc nint[Batch];
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                var count = ReadFrames(batch);
                if (count > 0) Send(batch, count);
                else if (!_device.Wait((int)LookAtInterfaceEvery)) throw TapFailures.Refused("poll", Errno.EBADFD);
                LookAtInterface();
            }
        }
        catch (OperationCanceledException)
        {
            // Every packet was out when the end came.
        }
        catch (TapException lost)
        {
            Lose(lost);
        }
    }

    private void Send(nint* batch, int count)
    {
        if (_binding.Send((NDIS_PACKET**)batch, count)) return;
        for (var index = 0; index < count; index++) Sent((NDIS_PACKET*)batch[index], NDIS_STATUS_CLOSING);
    }

    /// <summary>
    /// Takes what the kernel has to send, into memory that the card reads. Where all packets are out it waits for one: the card is slower than the kernel, whose queue holds the
    /// sender up.
    /// </summary>
    private int ReadFrames(nint* batch)
    {
        var count = 0;
        while (count < Batch)
        {
            var packet = _packets.Take(count == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, _ending.Token);
            if (packet is null) break;
            SysResult read = _device.Read(FramePackets.MemoryOf(packet), FrameMemory);
            if (read.Value is >= (nint)HeaderSize and <= (nint)LongestFrame)
            {
                FramePackets.SetLength(packet, (uint)read.Value);
                batch[count++] = (nint)packet;
                continue;
            }

            _packets.Return(packet);
            if (read.Errno == Errno.EAGAIN) break;
            if (read.IsError && read.Errno != Errno.EINTR) throw TapFailures.Refused("read", read.Errno);
            if (!read.IsError) Interlocked.Increment(ref _framesNotSent);
        }

        return count;
    }

    /// <summary>ProtocolSendComplete.</summary>
    private void Sent(NDIS_PACKET* packet, NDIS_STATUS status)
    {
        Interlocked.Increment(ref status == NDIS_STATUS_SUCCESS ? ref _framesSent : ref _framesNotSent);
        _packets.Return(packet);
    }
}
