using PacketDotNet;
using PacketDotNet.Utils;

namespace Nonpaged.Ndis;

/// <summary>What comes in: ProtocolReceive copies the frame, and hands each message to whoever waits for it.</summary>
public sealed unsafe partial class LeaseAndPing
{
    private const int HeaderSize = 14;

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

        var status = protocol._binding.TransferData(MacReceiveContext, PacketSize, protocol._receivePacket, out var transferred);
        // Some miniports count the frame's CRC, but do not hand it over; the lengths in its headers tell whether something is missing.
        if (status != NDIS_STATUS_SUCCESS || transferred > PacketSize) return NDIS_STATUS_NOT_ACCEPTED;

        var frame = new byte[HeaderSize + transferred];
        new ReadOnlySpan<byte>(HeaderBuffer, HeaderSize).CopyTo(frame);
        new ReadOnlySpan<byte>(protocol._memory[TransmitFrames], (int)transferred).CopyTo(frame.AsSpan(HeaderSize));
        protocol.Take(frame);
        return NDIS_STATUS_SUCCESS;
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
