using System.Buffers.Binary;

namespace Nonpaged.Verify;

/// <summary>What is wrong with a frame of ARP (RFC 826) or IPv4 (RFC 791, 792, 768, 9293) that a protocol sends.</summary>
internal static class InternetFrame
{
    private const int EthernetHeader = 14;
    private const int ArpLength = 28;

    /// <summary>The Internet's checksum (RFC 1071) over bytes; 0 over those that have theirs in them.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1) sum += (uint)bytes[0] << 8;
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>What is wrong; null for nothing, and for frames of other types.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isPadding">It is what comes behind the packet.</param>
    public static string? Look(ReadOnlySpan<byte> frame, out bool isPadding)
    {
        isPadding = false;
        if (frame.Length < EthernetHeader) return $"has {frame.Length} bytes, less than an Ethernet header";
        ReadOnlySpan<byte> body = frame[EthernetHeader..];
        int length = 0;
        string? wrong = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) switch
        {
            0x0806 => LookAtArp(frame, body, out length),
            0x0800 => LookAtIp(body, out length),
            _ => null,
        };
        if (wrong is not null || length == 0 || body[length..].IndexOfAnyExcept((byte)0) < 0) return wrong;
        isPadding = true;
        return $"has bytes behind its {length} that are not 0";
    }

    private static string? LookAtArp(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> arp, out int length)
    {
        length = 0;
        if (arp.Length < ArpLength) return $"is of ARP and has {arp.Length} of its {ArpLength} bytes";
        length = ArpLength;
        if (!arp[..6].SequenceEqual((ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4])) return "is of ARP, and not for IPv4 over Ethernet";
        if (arp[6] != 0 || arp[7] is not (1 or 2)) return "is of ARP, and neither a request nor a reply";
        return arp.Slice(8, 6).SequenceEqual(frame.Slice(6, 6)) ? null : "is of ARP, with another sender than the frame has";
    }

    private static string? LookAtIp(ReadOnlySpan<byte> ip, out int length)
    {
        length = 0;
        int header = ip.Length == 0 ? 0 : (ip[0] & 0xf) * 4;
        if (ip.Length < 20 || ip[0] >> 4 != 4 || header < 20 || header > ip.Length) return "is of IPv4, and has no header of it";
        int total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (total < header || total > ip.Length) return $"is of IPv4, says that it has {total} bytes, and has {ip.Length}";
        length = total;
        if (Checksum(ip[..header]) != 0) return "is of IPv4, and the checksum of its header is wrong";
        // Of a fragment the rest is elsewhere.
        if ((BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff) != 0) return null;
        ReadOnlySpan<byte> data = ip[header..total];
        uint pseudo = ip[9];
        for (int at = 12; at < 20; at += 2) pseudo += BinaryPrimitives.ReadUInt16BigEndian(ip[at..]);
        pseudo += (uint)data.Length;
        return ip[9] switch
        {
            1 when data.Length < 8 || Checksum(data) != 0 => "is of ICMP, and its checksum is wrong",
            // 0 says that there is none.
            17 when data.Length < 8 || ((data[6] | data[7]) != 0 && Checksum(data, pseudo) != 0)
                => "is of UDP, and its checksum is wrong",
            6 when data.Length < 20 || Checksum(data, pseudo) != 0 => "is of TCP, and its checksum is wrong",
            _ => null,
        };
    }
}
