using System.Net;
using PacketDotNet;
using PacketDotNet.DhcpV4;
using PacketDotNet.Utils;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

public sealed partial class LeaseAndPing
{
    // The fixed part of a message with the magic number, up to the options (RFC 2131, figure 1), and the shortest whole message, which
    // some servers insist on (RFC 1542, 2.1).
    private const int DhcpFixedSize = 240;
    private const int DhcpSize = 300;

    private static readonly HashSet<DhcpV4OptionType> s_wanted =
    [
        DhcpV4OptionType.SubnetMask, DhcpV4OptionType.Router, DhcpV4OptionType.DomainServer, DhcpV4OptionType.AddressTime,
        DhcpV4OptionType.DHCPServerId,
    ];

    private DhcpV4Packet Discover() => Message(new MessageTypeOption(DhcpV4MessageType.Discover), new ParameterListOption(s_wanted));

    private DhcpV4Packet Request(DhcpV4Packet offer)
    {
        var server = offer.GetOptions().OfType<ServerIdOption>().FirstOrDefault()?.ServerId ?? offer.ServerAddress;
        return Message(
            new MessageTypeOption(DhcpV4MessageType.Request),
            new AddressRequestOption(offer.YourAddress),
            new ServerIdOption(server),
            new ParameterListOption(s_wanted));
    }

    private DhcpV4Packet Release(DhcpLease lease)
    {
        var message = Message(new MessageTypeOption(DhcpV4MessageType.Release), new ServerIdOption(lease.Server));
        message.ClientAddress = lease.Address;
        return message;
    }

    private DhcpV4Packet Message(params DhcpV4Option[] options)
    {
        var bytes = new byte[DhcpSize];
        WriteOptions(bytes.AsSpan(DhcpFixedSize), options);
        return new DhcpV4Packet(new ByteArraySegment(bytes), null)
        {
            Operation = DhcpV4Operation.BootRequest,
            HardwareType = DhcpV4HardwareType.Ethernet,
            HardwareLength = 6,
            TransactionId = _transaction,
            ClientHardwareAddress = _hardwareAddress,
            MagicNumber = 0x63825363,
        };
    }

    /// <summary>DhcpV4Packet.SetOptions changes a message that was received, and does nothing for a new one.</summary>
    private static void WriteOptions(Span<byte> room, DhcpV4Option[] options)
    {
        foreach (var option in options)
        {
            room[0] = (byte)option.OptionType;
            room[1] = (byte)option.Length;
            option.Data.AsSpan(0, option.Length).CopyTo(room[2..]);
            room = room[(2 + option.Length)..];
        }

        const byte End = 255;
        room[0] = End;
    }

    private byte[] DhcpFrame(DhcpV4Packet message, IPAddress source, IPAddress destination, HardwareAddress hardware)
    {
        var udp = new UdpPacket(DhcpClientPort, DhcpServerPort) { PayloadPacket = message };
        var ip = new IPv4Packet(source, destination) { TimeToLive = 64, PayloadPacket = udp };
        udp.UpdateCalculatedValues();
        udp.UpdateUdpChecksum();
        ip.UpdateCalculatedValues();
        ip.UpdateIPChecksum();
        return Frame(hardware, EthernetType.IPv4, ip);
    }
}
