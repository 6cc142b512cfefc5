namespace Nonpaged.Protocols;

/// <summary>From the adapter to the kernel, in the adapter's serial context.</summary>
public sealed unsafe partial class TapInterface
{
    private readonly byte[] _frame = new byte[FrameMemory];
    private long _framesReceived;
    private long _framesNotReceived;

    /// <summary>Frames that the adapter received and the kernel took.</summary>
    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    /// <summary>Frames that the adapter received and that the kernel did not take, as of an interface that is down, or that the miniport did not hand over.</summary>
    public long FramesNotReceived => Interlocked.Read(ref _framesNotReceived);

    /// <summary>ProtocolReceive. A miniport that shows a part of the frame is asked for the rest.</summary>
    private NDIS_STATUS Receive(NDIS_HANDLE context, byte* header, uint headerSize, byte* lookAhead, uint lookAheadSize, uint packetSize)
    {
        if (headerSize != HeaderSize || packetSize > FrameMemory - HeaderSize) return NotReceived();
        if (lookAheadSize < packetSize) return Transfer(context, header, packetSize);
        if (header + headerSize == lookAhead)
        {
            Deliver(new ReadOnlySpan<byte>(header, (int)(headerSize + packetSize)));
            return NDIS_STATUS_SUCCESS;
        }

        new ReadOnlySpan<byte>(header, (int)headerSize).CopyTo(_frame);
        new ReadOnlySpan<byte>(lookAhead, (int)packetSize).CopyTo(_frame.AsSpan((int)HeaderSize));
        Deliver(_frame.AsSpan(0, (int)(headerSize + packetSize)));
        return NDIS_STATUS_SUCCESS;
    }

    private NDIS_STATUS Transfer(NDIS_HANDLE context, byte* header, uint packetSize)
    {
        var packet = _transfers.Take(TimeSpan.Zero);
        if (packet is null) return NotReceived();
        // The packet's buffer begins behind the header.
        new ReadOnlySpan<byte>(header, (int)HeaderSize).CopyTo(new Span<byte>(FramePackets.MemoryOf(packet), (int)HeaderSize));
        var status = _binding.TransferData(context, packetSize, packet, out var transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(packet, status, transferred);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>ProtocolTransferDataComplete.</summary>
    private void EndTransfer(NDIS_PACKET* packet, NDIS_STATUS status, uint transferred)
    {
        if (status == NDIS_STATUS_SUCCESS) Deliver(new ReadOnlySpan<byte>(FramePackets.MemoryOf(packet), (int)(HeaderSize + transferred)));
        else NotReceived();
        _transfers.Return(packet);
    }

    private void Deliver(ReadOnlySpan<byte> frame)
    {
        try
        {
            if (_device.Write(frame).IsError) NotReceived();
            else Interlocked.Increment(ref _framesReceived);
        }
        catch (ObjectDisposedException)
        {
            // The interface was closed while this frame was on its way.
            NotReceived();
        }
    }

    private NDIS_STATUS NotReceived()
    {
        Interlocked.Increment(ref _framesNotReceived);
        return NDIS_STATUS_NOT_ACCEPTED;
    }
}
