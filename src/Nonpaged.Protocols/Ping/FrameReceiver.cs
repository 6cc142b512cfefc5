namespace Nonpaged.Protocols;

/// <summary>
/// ProtocolReceive: copies each frame, by a transfer into the one packet that it has for that. It runs in the adapter's turn.
/// </summary>
internal sealed unsafe class FrameReceiver(BindingHandle binding, FramePackets packets, FrameReader reader)
{
    private const int HeaderSize = 14;

    private readonly byte[] _header = new byte[HeaderSize];
    private NDIS_PACKET* _packet;
    private bool _isTransferring;
    private uint _transferSize;

    /// <summary>Takes its packet.</summary>
    public void Prepare() => _packet = packets.Take(TimeSpan.Zero);

    /// <summary>Gives its packet back.</summary>
    public void Free()
    {
        if (_packet is not null) packets.Return(_packet);
        _packet = null;
    }

    /// <summary>For ProtocolReceive.</summary>
    public NDIS_STATUS Receive(NDIS_HANDLE context, void* header, uint headerSize, uint packetSize)
    {
        if (headerSize != HeaderSize || packetSize > EthernetPort.FrameSize - HeaderSize)
        {
            reader.CountBad();
            return NDIS_STATUS_NOT_ACCEPTED;
        }

        // There is one packet to transfer into, and a transfer may end later. What comes meanwhile is lost, as on any network;
        // its sender repeats it.
        if (_isTransferring) return NDIS_STATUS_NOT_ACCEPTED;
        _isTransferring = true;
        _transferSize = packetSize;
        new ReadOnlySpan<byte>(header, HeaderSize).CopyTo(_header);
        NDIS_STATUS status = binding.TransferData(context, packetSize, _packet, out uint transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(status, transferred);
        return status is NDIS_STATUS_SUCCESS or NDIS_STATUS_PENDING ? NDIS_STATUS_SUCCESS : NDIS_STATUS_NOT_ACCEPTED;
    }

    /// <summary>For ProtocolTransferDataComplete.</summary>
    public void EndTransfer(NDIS_STATUS status, uint transferred)
    {
        _isTransferring = false;
        // Some miniports count the frame's CRC, but do not hand it over; the lengths in its headers tell whether something is
        // missing.
        if (status != NDIS_STATUS_SUCCESS || transferred > _transferSize) return;

        byte[] frame = new byte[HeaderSize + transferred];
        _header.CopyTo(frame.AsSpan());
        new ReadOnlySpan<byte>(FramePackets.MemoryOf(_packet), (int)transferred).CopyTo(frame.AsSpan(HeaderSize));
        reader.Read(frame);
    }
}
