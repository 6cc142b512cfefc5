using PacketDotNet;
using PacketDotNet.Utils;

namespace Nonpaged.Protocols;

/// <summary>What comes in: ProtocolReceive copies the frame, and hands each message to whoever waits for it.</summary>
public sealed unsafe partial class LeaseAndPing
{
    private const int HeaderSize = 14;

    private readonly byte[] _header = new byte[HeaderSize];
    private bool _isTransferring;
    private uint _transferSize;

    private static NDIS_STATUS Receive(
        NDIS_HANDLE ProtocolBindingContext,
        NDIS_HANDLE MacReceiveContext,
        void* HeaderBuffer,
        uint HeaderBufferSize,
        void* LookAheadBuffer,
        uint LookaheadBufferSize,
        uint PacketSize)
    {
        var protocol = Of(ProtocolBindingContext);
        if (HeaderBufferSize != HeaderSize || PacketSize > FrameSize - HeaderSize)
        {
            protocol.CountBad();
            return NDIS_STATUS_NOT_ACCEPTED;
        }

        return protocol.Receive(MacReceiveContext, new ReadOnlySpan<byte>(HeaderBuffer, HeaderSize), PacketSize);
    }

    private NDIS_STATUS Receive(NDIS_HANDLE receiveContext, ReadOnlySpan<byte> header, uint packetSize)
    {
        // There is one packet to transfer into, and a transfer may end later. What comes meanwhile is lost, as on any network; its sender repeats it.
        if (_isTransferring) return NDIS_STATUS_NOT_ACCEPTED;
        _isTransferring = true;
        _transferSize = packetSize;
        header.CopyTo(_header);
        var status = _binding.TransferData(receiveContext, packetSize, _receivePacket, out var transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(status, transferred);
        return status is NDIS_STATUS_SUCCESS or NDIS_STATUS_PENDING ? NDIS_STATUS_SUCCESS : NDIS_STATUS_NOT_ACCEPTED;
    }

    /// <summary>ProtocolTransferDataComplete.</summary>
    private void EndTransfer(NDIS_STATUS status, uint transferred)
    {
        _isTransferring = false;
        // Some miniports count the frame's CRC, but do not hand it over; the lengths in its headers tell whether something is missing.
        if (status != NDIS_STATUS_SUCCESS || transferred > _transferSize) return;

        var frame = new byte[HeaderSize + transferred];
        _header.CopyTo(frame.AsSpan());
        new ReadOnlySpan<byte>(_memory[TransmitFrames], (int)transferred).CopyTo(frame.AsSpan(HeaderSize));
        Take(frame);
    }

    private void Take(byte[] frame)
    {
        try
        {
            var ethernet = new EthernetPacket(new ByteArraySegment(frame));
            if (ethernet.PayloadPacket is ArpPacket arp) TakeArp(arp);
            else if (ethernet.PayloadPacket is IPv4Packet ip) TakeIp(ip);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // What the wire brings may be anything; the library throws various exceptions at malformed packets.
            CountBad();
        }
    }

    private void TakeIp(IPv4Packet ip)
    {
        if (!ip.ValidIPChecksum)
        {
            CountBad();
            return;
        }

        if (ip.PayloadPacket is UdpPacket udp) TakeUdp(udp);
        else if (ip.PayloadPacket is IcmpV4Packet icmp) TakeIcmp(ip, icmp);
    }

    private void TakeUdp(UdpPacket udp)
    {
        // A UDP checksum of 0 means that the sender made none (RFC 768).
        if (udp.Checksum != 0 && !udp.ValidChecksum) CountBad();
        else if (udp.DestinationPort == DhcpClientPort && udp.PayloadPacket is DhcpV4Packet dhcp) TakeDhcp(dhcp);
    }

    private void TakeIcmp(IPv4Packet ip, IcmpV4Packet icmp)
    {
        if (!icmp.ValidIcmpChecksum) CountBad();
        else if (icmp.TypeCode == IcmpV4TypeCode.EchoReply && IsOurs(ip.DestinationAddress)) TakeEchoReply(ip.SourceAddress, icmp);
    }
}
