namespace Nonpaged.Protocols;

/// <summary>From the adapter to the kernel, in the adapter's turn.</summary>
internal sealed unsafe class TapReceiver(TapDevice device, BindingHandle binding, FramePackets transfers)
{
    private readonly byte[] _frame = new byte[TapFrame.Memory];
    private long _received;
    private long _notReceived;

    /// <summary>Frames that the adapter received and the kernel took.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Frames that the adapter received and the kernel did not take.</summary>
    public long NotReceived => Interlocked.Read(ref _notReceived);

    /// <summary>ProtocolReceive. A miniport that shows a part of the frame is asked for the rest.</summary>
    public NDIS_STATUS Receive(
        NDIS_HANDLE context, byte* header, uint headerSize, byte* lookAhead, uint lookAheadSize, uint packetSize)
    {
        if (headerSize != TapFrame.HeaderSize || packetSize > TapFrame.Memory - TapFrame.HeaderSize) return Refuse();
        if (lookAheadSize < packetSize) return Transfer(context, header, packetSize);
        if (header + headerSize == lookAhead)
        {
            Deliver(new ReadOnlySpan<byte>(header, (int)(headerSize + packetSize)));
            return NDIS_STATUS_SUCCESS;
        }

        new ReadOnlySpan<byte>(header, (int)headerSize).CopyTo(_frame);
        new ReadOnlySpan<byte>(lookAhead, (int)packetSize).CopyTo(_frame.AsSpan((int)TapFrame.HeaderSize));
        Deliver(_frame.AsSpan(0, (int)(headerSize + packetSize)));
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>ProtocolTransferDataComplete.</summary>
    public void EndTransfer(NDIS_PACKET* packet, NDIS_STATUS status, uint transferred)
    {
        if (status == NDIS_STATUS_SUCCESS)
            Deliver(new ReadOnlySpan<byte>(FramePackets.MemoryOf(packet), (int)(TapFrame.HeaderSize + transferred)));
        else
            Refuse();
        transfers.Return(packet);
    }

    private NDIS_STATUS Transfer(NDIS_HANDLE context, byte* header, uint packetSize)
    {
        NDIS_PACKET* packet = transfers.Take(TimeSpan.Zero);
        if (packet is null) return Refuse();
        // The packet's buffer begins behind the header.
        var memory = new Span<byte>(FramePackets.MemoryOf(packet), (int)TapFrame.HeaderSize);
        new ReadOnlySpan<byte>(header, (int)TapFrame.HeaderSize).CopyTo(memory);
        NDIS_STATUS status = binding.TransferData(context, packetSize, packet, out uint transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(packet, status, transferred);
        return NDIS_STATUS_SUCCESS;
    }

    private void Deliver(ReadOnlySpan<byte> frame)
    {
        try
        {
            if (device.Write(frame).IsError) Refuse();
            else Interlocked.Increment(ref _received);
        }
        catch (ObjectDisposedException)
        {
            // The interface was closed while this frame was on its way.
            Refuse();
        }
    }

    private NDIS_STATUS Refuse()
    {
        Interlocked.Increment(ref _notReceived);
        return NDIS_STATUS_NOT_ACCEPTED;
    }
}
