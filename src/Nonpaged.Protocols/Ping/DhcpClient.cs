using System.Net;
using System.Threading.Channels;
using PacketDotNet;

namespace Nonpaged.Protocols;

/// <summary>DHCP (RFC 2131): DISCOVER, OFFER, REQUEST, ACK, and RELEASE at the end. It holds one lease at a time.</summary>
internal sealed class DhcpClient(ProtocolDriver protocol, EthernetPort port, ArpResolver arp)
{
    private static readonly TimeSpan s_releasePatience = TimeSpan.FromSeconds(1);

    private readonly Channel<DhcpV4Packet> _received = Channel.CreateBounded<DhcpV4Packet>(
        new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });

    private volatile DhcpMessages? _messages;

    /// <summary>RFC 2131, 4.1: retransmissions after 4, 8, 16 and 32 seconds, each changed by up to a second.</summary>
    public static TimeSpan[] Retransmissions { get; } =
        [.. new[] { 4, 8, 16, 32 }.Select(static seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>The lease that it holds, or null.</summary>
    public DhcpLease? Lease { get; private set; }

    /// <summary>Takes a lease.</summary>
    /// <param name="waits">How long it waits for an answer to each message, before it sends it again, or gives up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">No server answered.</exception>
    public async Task<DhcpLease> AcquireAsync(TimeSpan[] waits, CancellationToken cancellationToken)
    {
        while (true)
        {
            var messages = new DhcpMessages((uint)Random.Shared.NextInt64(1L << 32), port.Address);
            _messages = messages;
            while (_received.Reader.TryRead(out _))
            {
            }

            DhcpV4Packet offer = await ExchangeAsync(
                messages.Discover(), waits, static type => type == DhcpV4MessageType.Offer, cancellationToken)
                .ConfigureAwait(false);
            DhcpV4Packet answer = await ExchangeAsync(
                messages.Request(offer),
                waits,
                static type => type is DhcpV4MessageType.Ack or DhcpV4MessageType.Nak,
                cancellationToken)
                .ConfigureAwait(false);
            // A server that takes its offer back says so by a NAK, and the client starts again (RFC 2131, 3.1).
            if (answer.MessageType == DhcpV4MessageType.Ack) return Lease = DhcpMessages.ToLease(answer);
        }
    }

    /// <summary>Gives its lease back, if it has one.</summary>
    public async Task ReleaseAsync(CancellationToken ended)
    {
        if (Lease is not { } lease) return;
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(ended);
        wait.CancelAfter(s_releasePatience);
        try
        {
            System.Net.NetworkInformation.PhysicalAddress server = await arp.ResolveAsync(
                lease.Address, lease.Server, wait.Token).ConfigureAwait(false);
            IPv4Packet message = DhcpMessages.Pack(_messages!.Release(lease), lease.Address, lease.Server);
            await port.SendAsync(port.Frame(server, EthernetType.IPv4, message), wait.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            // The server finds out when the lease runs out.
            protocol.WriteLog($"the lease of {lease.Address} could not be given back; {lease.Server} is silent.");
        }

        Lease = null;
    }

    /// <summary>Takes a message that was received.</summary>
    public void Take(DhcpV4Packet message)
    {
        if (_messages is { } messages && messages.IsAnswer(message)) _received.Writer.TryWrite(message);
    }

    private async Task<DhcpV4Packet> ExchangeAsync(
        DhcpV4Packet message, TimeSpan[] waits, Func<DhcpV4MessageType, bool> isAnswer, CancellationToken cancellationToken)
    {
        foreach (TimeSpan time in waits)
        {
            IPv4Packet packed = DhcpMessages.Pack(message, IPAddress.Any, IPAddress.Broadcast);
            byte[] frame = port.Frame(ArpResolver.Broadcast, EthernetType.IPv4, packed);
            await port.SendAsync(frame, cancellationToken).ConfigureAwait(false);
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            wait.CancelAfter(time + ((Random.Shared.NextDouble() - 0.5) * waits[0] / 2));
            try
            {
                while (true)
                {
                    DhcpV4Packet answer = await _received.Reader.ReadAsync(wait.Token).ConfigureAwait(false);
                    if (isAnswer(answer.MessageType)) return answer;
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                message.Secs += (ushort)time.TotalSeconds;
            }
        }

        throw new TimeoutException(
            $"No DHCP server answered {waits.Length} messages in {waits.Sum(static one => one.TotalSeconds):0} seconds. "
            + $"{port.Adapter.Name} sent {port.Adapter.FramesSent} frames and received {port.Adapter.FramesReceived}.");
    }
}
