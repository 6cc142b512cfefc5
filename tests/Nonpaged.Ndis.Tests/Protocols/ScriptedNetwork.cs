using System.Collections.Concurrent;
using System.Net;
using Nonpaged.Ndis.Tests.Miniports;
using PacketDotNet;
using PacketDotNet.Utils;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Ndis.Tests.Protocols;

/// <summary>
/// A network behind the tiny miniport: it hands out 192.0.2.7, answers ARP for 192.0.2.1, and sends whatever a test wants.
/// </summary>
internal sealed unsafe class ScriptedNetwork : IDisposable
{
    public static readonly HardwareAddress Hardware = new([2, 0, 0, 0, 0, 0xfe]);
    public static readonly IPAddress Server = IPAddress.Parse("192.0.2.1");
    public static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private readonly ConcurrentQueue<byte[]> _toClient = new();
    private readonly MiniportBench _bench = new();

    public ScriptedNetwork()
    {
        _bench.Miniport.Send = packet =>
        {
            NdisQueryPacketLength((NDIS_PACKET*)packet, out uint length);
            byte[] frame = new byte[length];
            fixed (byte* bytes = frame) PacketCursor.Read((NDIS_PACKET*)packet, 0, bytes, length);
            FromClient.Enqueue(frame);
            Answer(new EthernetPacket(new ByteArraySegment(frame)));
            return SendStatus;
        };
        _bench.Miniport.HandleInterrupt = () =>
        {
            _bench.Machine.Line.Lower();
            while (_toClient.TryDequeue(out byte[]? frame)) Indicate(frame);
        };
        Adapter = _bench.Start();
    }

    public Adapter Adapter { get; }

    public NdisInstance Ndis => _bench.Ndis;

    public ConcurrentQueue<byte[]> FromClient { get; } = new();

    /// <summary>The next DHCP requests are refused so many times.</summary>
    public int Refusals { get; set; }

    /// <summary>What MiniportSend returns. With NDIS_STATUS_PENDING it never completes a send.</summary>
    public NDIS_STATUS SendStatus { get; set; } = NDIS_STATUS_SUCCESS;

    /// <summary>Changes an echo reply before it is sent; null drops it.</summary>
    public Func<byte[], byte[]?> Spoil { get; set; } = frame => frame;

    public void SendToClient(byte[] frame)
    {
        _toClient.Enqueue(frame);
        _bench.Machine.Line.Raise();
    }

    public void Dispose() => _bench.Dispose();

    private void Answer(EthernetPacket frame)
    {
        if (frame.PayloadPacket is ArpPacket { Operation: ArpOperation.Request } arp && arp.TargetProtocolAddress.Equals(Server))
        {
            var reply = new ArpPacket(
                ArpOperation.Response, arp.SenderHardwareAddress, arp.SenderProtocolAddress, Hardware, Server);
            SendToClient(Frame(arp.SenderHardwareAddress, EthernetType.Arp, reply));
        }
        else if (frame.PayloadPacket?.PayloadPacket is UdpPacket { PayloadPacket: DhcpV4Packet dhcp })
        {
            AnswerDhcp(dhcp);
        }
        else if (frame.PayloadPacket?.PayloadPacket is IcmpV4Packet { TypeCode: IcmpV4TypeCode.EchoRequest } echo)
        {
            echo.TypeCode = IcmpV4TypeCode.EchoReply;
            echo.UpdateIcmpChecksum();
            if (Spoil(Ip(Server, Client, echo)) is { } reply) SendToClient(reply);
        }
    }

    private void AnswerDhcp(DhcpV4Packet request)
    {
        DhcpV4MessageType type = request.MessageType switch
        {
            DhcpV4MessageType.Discover => DhcpV4MessageType.Offer,
            DhcpV4MessageType.Request => Refusals-- > 0 ? DhcpV4MessageType.Nak : DhcpV4MessageType.Ack,
            _ => DhcpV4MessageType.End,
        };
        if (type == DhcpV4MessageType.End) return;
        byte[] bytes = new byte[300];
        request.Bytes.AsSpan(0, 240).CopyTo(bytes);
        byte[] options =
            [53, 1, (byte)type, 54, 4, 192, 0, 2, 1, 1, 4, 255, 255, 255, 0, 3, 4, 192, 0, 2, 1, 51, 4, 0, 0, 14, 16, 255];
        options.CopyTo(bytes.AsSpan(240));
        var answer = new DhcpV4Packet(new ByteArraySegment(bytes), null)
        { Operation = DhcpV4Operation.BootReply, YourAddress = Client };
        var udp = new UdpPacket(67, 68) { PayloadPacket = answer };
        SendToClient(Ip(Server, IPAddress.Broadcast, udp));
    }

    public static byte[] Ip(IPAddress source, IPAddress destination, Packet payload)
    {
        var ip = new IPv4Packet(source, destination) { TimeToLive = 64, PayloadPacket = payload };
        (payload as UdpPacket)?.UpdateUdpChecksum();
        ip.UpdateCalculatedValues();
        ip.UpdateIPChecksum();
        return Frame(new HardwareAddress(TinyMiniport.Address), EthernetType.IPv4, ip);
    }

    public static byte[] Frame(HardwareAddress destination, EthernetType type, Packet payload) =>
        new EthernetPacket(Hardware, destination, type) { PayloadPacket = payload }.Bytes;

    private void Indicate(byte[] frame)
    {
        fixed (byte* bytes = frame)
        {
            uint payload = (uint)frame.Length - 14;
            NdisMEthIndicateReceive(_bench.Miniport.Handle, new NDIS_HANDLE(1), bytes, 14, bytes + 14, payload, payload);
        }
    }
}
