using Nonpaged.Interop;

namespace Nonpaged.Protocols;

/// <summary>From the kernel to the adapter, in a thread of its own.</summary>
internal sealed unsafe class TapSender(TapDevice device, BindingHandle binding, FramePackets packets)
{
    private const int Batch = 32;

    private long _sent;
    private long _notSent;

    /// <summary>Frames that the kernel sent and the adapter put on the wire.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Frames that the kernel sent and that were too long, or that the adapter could not send.</summary>
    public long NotSent => Interlocked.Read(ref _notSent);

    /// <summary>Sends what the kernel has to send, up to a batch of it. False where it has nothing.</summary>
    /// <exception cref="TapException">The interface is gone.</exception>
    /// <exception cref="OperationCanceledException">Every packet was out when the end came.</exception>
    public bool SendSome(CancellationToken ending)
    {
        nint* batch = stackalloc nint[Batch];
        int count = ReadFrames(batch, ending);
        if (count == 0) return false;
        if (binding.Send((NDIS_PACKET**)batch, count)) return true;
        for (int index = 0; index < count; index++) SendComplete((NDIS_PACKET*)batch[index], NDIS_STATUS_CLOSING);
        return true;
    }

    /// <summary>ProtocolSendComplete.</summary>
    public void SendComplete(NDIS_PACKET* packet, NDIS_STATUS status)
    {
        Interlocked.Increment(ref status == NDIS_STATUS_SUCCESS ? ref _sent : ref _notSent);
        packets.Return(packet);
    }

    /// <summary>
    /// Takes what the kernel has to send, into memory that the card reads. Where all packets are out it waits for one: the card
    /// is slower than the kernel, whose queue holds the sender up.
    /// </summary>
    private int ReadFrames(nint* batch, CancellationToken ending)
    {
        int count = 0;
        while (count < Batch)
        {
            NDIS_PACKET* packet = packets.Take(count == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, ending);
            if (packet is null) break;
            SysResult read = device.Read(FramePackets.MemoryOf(packet), TapFrame.Memory);
            if (read.Value is >= (nint)TapFrame.HeaderSize and <= (nint)TapFrame.Longest)
            {
                FramePackets.SetLength(packet, (uint)read.Value);
                batch[count++] = (nint)packet;
                continue;
            }

            packets.Return(packet);
            if (read.Errno == Errno.EAGAIN) break;
            if (read.IsError && read.Errno != Errno.EINTR) throw TapFailures.Refused("read", read.Errno);
            if (!read.IsError) Interlocked.Increment(ref _notSent);
        }

        return count;
    }
}
