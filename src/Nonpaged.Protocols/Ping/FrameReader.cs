using System.Net;
using PacketDotNet;
using PacketDotNet.Utils;

namespace Nonpaged.Protocols;

/// <summary>Reads each frame that was received, and hands its message to the part that waits for it.</summary>
internal sealed class FrameReader(ArpResolver arp, DhcpClient dhcp, Pinger pinger)
{
    private long _badFrames;

    /// <summary>Frames that could not be read, or carried a wrong checksum.</summary>
    public long BadFrames => Interlocked.Read(ref _badFrames);

    public void CountBad() => Interlocked.Increment(ref _badFrames);

    public void Read(byte[] frame)
    {
        try
        {
            var ethernet = new EthernetPacket(new ByteArraySegment(frame));
            if (ethernet.PayloadPacket is ArpPacket message) arp.Take(message, dhcp.Lease?.Address);
            else if (ethernet.PayloadPacket is IPv4Packet ip) ReadIp(ip);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // What the wire brings may be anything; the library throws various exceptions at malformed packets.
            CountBad();
        }
    }

    private void ReadIp(IPv4Packet ip)
    {
        if (!ip.ValidIPChecksum)
        {
            CountBad();
            return;
        }

        if (ip.PayloadPacket is UdpPacket udp) ReadUdp(udp);
        else if (ip.PayloadPacket is IcmpV4Packet icmp) ReadIcmp(ip, icmp);
    }

    private void ReadUdp(UdpPacket udp)
    {
        // A UDP checksum of 0 means that the sender made none (RFC 768).
        if (udp.Checksum != 0 && !udp.ValidChecksum) CountBad();
        else if (udp.DestinationPort == DhcpMessages.ClientPort && udp.PayloadPacket is DhcpV4Packet message) dhcp.Take(message);
    }

    private void ReadIcmp(IPv4Packet ip, IcmpV4Packet icmp)
    {
        if (!icmp.ValidIcmpChecksum) CountBad();
        else if (icmp.TypeCode != IcmpV4TypeCode.EchoReply || !IsOurs(ip.DestinationAddress)) return;
        else if (!pinger.Take(ip.SourceAddress, icmp)) CountBad();
    }

    private bool IsOurs(IPAddress address) => dhcp.Lease is { } lease && lease.Address.Equals(address);
}
