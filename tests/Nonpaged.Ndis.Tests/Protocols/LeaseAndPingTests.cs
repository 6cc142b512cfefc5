using CsCheck;
using Nonpaged.Ndis.Tests.Miniports;
using Nonpaged.Protocols;
using PacketDotNet;
using PacketDotNet.Utils;

namespace Nonpaged.Ndis.Tests.Protocols;

/// <summary>The protocol against a network that is scripted here, good and bad.</summary>
public sealed class LeaseAndPingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_is_taken_used_and_given_back()
    {
        using var network = new ScriptedNetwork();
        await using (LeaseAndPing protocol = await LeaseAndPing.OpenAsync(network.Adapter, Cancellation))
        {
            DhcpLease lease = await protocol.AcquireAsync(Cancellation);
            Assert.Equal((ScriptedNetwork.Client, ScriptedNetwork.Server), (lease.Address, lease.Router));
            Assert.Equal(TimeSpan.FromHours(1), lease.Duration);
            PingResult result = await protocol.PingAsync(count: 3, cancellationToken: Cancellation);
            Assert.Equal((ScriptedNetwork.Server, 3), (result.Target, result.Received));
            Assert.Equal(0, protocol.BadFrames);
        }

        DhcpV4MessageType[] expected =
            [DhcpV4MessageType.Discover, DhcpV4MessageType.Request, DhcpV4MessageType.Release];
        MiniportBench.Eventually(() => expected.SequenceEqual(DhcpMessages(network)), string.Join(", ", DhcpMessages(network)));
        Assert.Empty(network.Ndis.Reports);
        Assert.DoesNotContain(network.Ndis.Outstanding, one => one.Driver.Kind == DriverKind.Protocol);
    }

    [Fact]
    public async Task A_driver_that_completes_no_send_ends_the_pings_with_a_reason_and_nothing_is_left_after_its_halt()
    {
        using var network = new ScriptedNetwork();
        await using (LeaseAndPing protocol = await LeaseAndPing.OpenAsync(network.Adapter, Cancellation))
        {
            await protocol.AcquireAsync(Cancellation);
            network.SendStatus = NDIS_STATUS_PENDING;
            TimeoutException failure = await Assert.ThrowsAsync<TimeoutException>(() =>
                protocol.PingAsync(count: 100, cancellationToken: Cancellation));
            Assert.Contains("NdisMSendComplete", failure.Message, StringComparison.Ordinal);
            await protocol.DisposeAsync();
            Assert.Contains(network.Ndis.Outstanding, one => one.Driver.Kind == DriverKind.Protocol);
            network.Adapter.Halt();
        }

        Assert.DoesNotContain(network.Ndis.Outstanding, one => one.Driver.Kind == DriverKind.Protocol);
    }

    [Fact]
    public async Task A_server_that_takes_its_offer_back_is_asked_again()
    {
        using var network = new ScriptedNetwork { Refusals = 2 };
        await using LeaseAndPing protocol = await LeaseAndPing.OpenAsync(network.Adapter, Cancellation);
        Assert.Equal(ScriptedNetwork.Client, (await protocol.AcquireAsync(Cancellation)).Address);
        Assert.Equal(3, DhcpMessages(network).Count(type => type == DhcpV4MessageType.Discover));
    }

    [Fact]
    public async Task It_answers_arp_requests_for_its_address_and_no_other()
    {
        using var network = new ScriptedNetwork();
        await using LeaseAndPing protocol = await LeaseAndPing.OpenAsync(network.Adapter, Cancellation);
        await protocol.AcquireAsync(Cancellation);
        foreach (byte last in new byte[] { 8, 7 })
        {
            var unknown = new System.Net.NetworkInformation.PhysicalAddress(new byte[6]);
            var asked = new System.Net.IPAddress([192, 0, 2, last]);
            var request = new ArpPacket(ArpOperation.Request, unknown, asked, ScriptedNetwork.Hardware, ScriptedNetwork.Server);
            var everybody = new System.Net.NetworkInformation.PhysicalAddress([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
            network.SendToClient(ScriptedNetwork.Frame(everybody, EthernetType.Arp, request));
        }

        MiniportBench.Eventually(() => ArpReplies(network).Any(), "no reply");
        ArpPacket reply = Assert.Single(ArpReplies(network));
        Assert.Equal(ScriptedNetwork.Client, reply.SenderProtocolAddress);
        Assert.Equal(TinyMiniport.Address, reply.SenderHardwareAddress.GetAddressBytes());
    }

    [Theory]
    [InlineData("no reply", 0)]
    [InlineData("another payload", 1)]
    [InlineData("a wrong checksum of the echo", 1)]
    [InlineData("a wrong checksum of the header", 1)]
    public async Task A_reply_that_is_not_right_is_no_reply(string fault, int bad)
    {
        using var network = new ScriptedNetwork();
        network.Spoil = frame => fault switch
        {
            "no reply" => null,
            "another payload" => WithOtherPayload(frame),
            "a wrong checksum of the echo" => Flip(frame, 60),
            _ => Flip(frame, 24),
        };
        await using LeaseAndPing protocol = await LeaseAndPing.OpenAsync(network.Adapter, Cancellation);
        await protocol.AcquireAsync(Cancellation);
        PingResult result = await protocol.PingAsync(count: 1, cancellationToken: Cancellation);
        Assert.Equal((1, 0), (result.Sent, result.Received));
        // On a machine that is busy the frame may come after the time for a reply.
        MiniportBench.Eventually(() => protocol.BadFrames == bad, () => $"{protocol.BadFrames} bad frames in place of {bad}");
    }

    [Fact]
    public async Task Frames_of_any_bytes_do_no_harm()
    {
        using var network = new ScriptedNetwork();
        await using LeaseAndPing protocol = await LeaseAndPing.OpenAsync(network.Adapter, Cancellation);
        await protocol.AcquireAsync(Cancellation);
        byte[][] types = new byte[][] { [8, 0, 0x45], [8, 6, 0], [0x86, 0xdd, 0x60], [0x81, 0, 0], [0, 0, 0] };
        long seen = network.Adapter.FramesReceived;
        Gen.Select(Gen.Int[0, types.Length - 1], Gen.Byte.Array[0, 1500]).Sample((type, noise) =>
        {
            network.SendToClient([.. TinyMiniport.Address, 2, 0, 0, 0, 0, 0xfe, .. types[type], .. noise]);
            seen++;
        }, iter: 2000, threads: 1);
        MiniportBench.Eventually(() => network.Adapter.FramesReceived == seen, "not all were indicated");
        Assert.Equal(2, (await protocol.PingAsync(count: 2, cancellationToken: Cancellation)).Received);
        Assert.True(protocol.BadFrames > 0);
        Assert.Empty(network.Ndis.Reports);
    }

    private static IEnumerable<DhcpV4MessageType> DhcpMessages(ScriptedNetwork network) => Sent(network)
        .Select(frame => (frame.PayloadPacket?.PayloadPacket as UdpPacket)?.PayloadPacket).OfType<DhcpV4Packet>()
        .Select(message => message.MessageType);

    private static IEnumerable<ArpPacket> ArpReplies(ScriptedNetwork network) => Sent(network)
        .Select(frame => frame.PayloadPacket).OfType<ArpPacket>().Where(arp => arp.Operation == ArpOperation.Response);

    private static IEnumerable<EthernetPacket> Sent(ScriptedNetwork network) =>
        network.FromClient.Select(frame => new EthernetPacket(new ByteArraySegment(frame)));

    private static byte[] WithOtherPayload(byte[] frame)
    {
        var ethernet = new EthernetPacket(new ByteArraySegment(frame));
        var echo = (IcmpV4Packet)ethernet.PayloadPacket.PayloadPacket;
        echo.Data = new byte[56];
        echo.UpdateIcmpChecksum();
        return ScriptedNetwork.Ip(ScriptedNetwork.Server, ScriptedNetwork.Client, echo);
    }

    private static byte[] Flip(byte[] frame, int at)
    {
        frame[at] ^= 1;
        return frame;
    }
}
