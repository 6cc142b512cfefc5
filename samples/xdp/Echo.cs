using Nonpaged.Xdp;

namespace Nonpaged.Samples.Xdp;

/// <summary>
/// A UDP echo over IPv4 (RFC 862) that answers in place: the datagram that came in is the one that goes out. All other frames
/// stay the kernel's, ARP among them, so that the interface keeps its address.
/// </summary>
internal static class Echo
{
    private const int IPv4 = 0x0800;
    private const int IPv4Length = 20;
    private const int UdpLength = 8;

    public static async Task RunAsync(Options options, CancellationToken end)
    {
        int port = (int)options.Number("--port", 7);
        using XdpSocket socket = options.Open(new XdpSocketOptions { Filter = XdpFilter.IPv4 & XdpFilter.Udp(port) });
        var frames = new XdpFrame[64];
        while (!end.IsCancellationRequested)
        {
            int count = socket.Receive(frames);
            if (count == 0 && !await socket.HasFramesAsync(end)) break;
            for (int i = 0; i < count; i++)
            {
                // One at a time: what cannot be answered goes back to the pool.
                if (!TurnRound(socket.Frames.Data(frames[i])) || socket.Send(frames[i]) == 0) socket.Frames.Give(frames[i]);
            }
        }

        Console.WriteLine($"{socket.GetStatistics().Sent} datagrams answered");
    }

    // The checksums stay right: they are sums, which do not ask in which order.
    private static bool TurnRound(Span<byte> frame)
    {
        if (frame.Length < Ethernet.HeaderLength + IPv4Length + UdpLength || Ethernet.EtherTypeOf(frame) != IPv4) return false;
        Span<byte> packet = frame[Ethernet.HeaderLength..];
        int headerLength = 4 * (packet[0] & 15);
        if (headerLength < IPv4Length || packet.Length < headerLength + UdpLength) return false;
        Ethernet.ExchangeAddresses(frame);
        Ethernet.Exchange(packet[12..20]);
        Ethernet.Exchange(packet[headerLength..(headerLength + 4)]);
        return true;
    }
}
