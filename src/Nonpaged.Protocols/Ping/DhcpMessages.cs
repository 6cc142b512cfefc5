using System.Net;
using PacketDotNet;
using PacketDotNet.DhcpV4;
using PacketDotNet.Utils;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

/// <summary>A client's messages of one transaction (RFC 2131), and what of a server's belongs to it.</summary>
internal sealed class DhcpMessages(uint transaction, HardwareAddress client)
{
    /// <summary>The UDP port to which servers send.</summary>
    public const ushort ClientPort = 68;

    private const ushort ServerPort = 67;

    // The fixed part of a message with the magic number, up to the options (RFC 2131, figure 1), and the shortest whole message,
    // which some servers insist on (RFC 1542, 2.1).
    private const int FixedSize = 240;
    private const int Size = 300;

    private static readonly HashSet<DhcpV4OptionType> s_wanted =
    [
        DhcpV4OptionType.SubnetMask, DhcpV4OptionType.Router, DhcpV4OptionType.DomainServer, DhcpV4OptionType.AddressTime,
        DhcpV4OptionType.DHCPServerId,
    ];

    /// <summary>A message in its UDP and IP packets.</summary>
    public static IPv4Packet Pack(DhcpV4Packet message, IPAddress source, IPAddress destination)
    {
        var udp = new UdpPacket(ClientPort, ServerPort) { PayloadPacket = message };
        var ip = new IPv4Packet(source, destination) { TimeToLive = 64, PayloadPacket = udp };
        udp.UpdateCalculatedValues();
        udp.UpdateUdpChecksum();
        ip.UpdateCalculatedValues();
        ip.UpdateIPChecksum();
        return ip;
    }

    /// <summary>What a server leased.</summary>
    public static DhcpLease ToLease(DhcpV4Packet ack)
    {
        List<DhcpV4Option> options = ack.GetOptions();
        return new DhcpLease(
            ack.YourAddress,
            options.OfType<SubnetMaskOption>().FirstOrDefault()?.SubnetMask ?? new IPAddress([255, 255, 255, 0]),
            options.OfType<RouterOption>().FirstOrDefault()?.Routers.FirstOrDefault(),
            options.OfType<ServerIdOption>().FirstOrDefault()?.ServerId ?? ack.ServerAddress,
            options.OfType<AddressTimeOption>().FirstOrDefault()?.AddressTime ?? TimeSpan.Zero,
            options.OfType<DomainNameServerOption>().FirstOrDefault()?.DomainNameServers ?? []);
    }

    /// <summary>A server sent it to this client, and in this transaction.</summary>
    public bool IsAnswer(DhcpV4Packet message) =>
        message.Operation == DhcpV4Operation.BootReply
        && message.TransactionId == transaction
        && message.ClientHardwareAddress.GetAddressBytes().AsSpan(0, 6).SequenceEqual(client.GetAddressBytes());

    public DhcpV4Packet Discover() =>
        Message(new MessageTypeOption(DhcpV4MessageType.Discover), new ParameterListOption(s_wanted));

    public DhcpV4Packet Request(DhcpV4Packet offer)
    {
        IPAddress server = offer.GetOptions().OfType<ServerIdOption>().FirstOrDefault()?.ServerId ?? offer.ServerAddress;
        return Message(
            new MessageTypeOption(DhcpV4MessageType.Request),
            new AddressRequestOption(offer.YourAddress),
            new ServerIdOption(server),
            new ParameterListOption(s_wanted));
    }

    public DhcpV4Packet Release(DhcpLease lease)
    {
        DhcpV4Packet message = Message(new MessageTypeOption(DhcpV4MessageType.Release), new ServerIdOption(lease.Server));
        message.ClientAddress = lease.Address;
        return message;
    }

    private DhcpV4Packet Message(params DhcpV4Option[] options)
    {
        byte[] bytes = new byte[Size];
        WriteOptions(bytes.AsSpan(FixedSize), options);
        return new DhcpV4Packet(new ByteArraySegment(bytes), null)
        {
            Operation = DhcpV4Operation.BootRequest,
            HardwareType = DhcpV4HardwareType.Ethernet,
            HardwareLength = 6,
            TransactionId = transaction,
            ClientHardwareAddress = client,
            MagicNumber = 0x63825363,
        };
    }

    /// <summary>DhcpV4Packet.SetOptions changes a message that was received, and does nothing for a new one.</summary>
    private static void WriteOptions(Span<byte> room, DhcpV4Option[] options)
    {
        foreach (DhcpV4Option option in options)
        {
            room[0] = (byte)option.OptionType;
            room[1] = (byte)option.Length;
            option.Data.AsSpan(0, option.Length).CopyTo(room[2..]);
            room = room[(2 + option.Length)..];
        }

        const byte End = 255;
        room[0] = End;
    }
}
