using System.Net;
using System.Threading.Channels;
using PacketDotNet;
using PacketDotNet.DhcpV4;

namespace Nonpaged.Protocols;

/// <summary>DHCP (RFC 2131): DISCOVER, OFFER, REQUEST, ACK, and RELEASE at the end.</summary>
public sealed partial class LeaseAndPing
{
    private const ushort DhcpClientPort = 68;
    private const ushort DhcpServerPort = 67;

    /// <summary>RFC 2131, 4.1: retransmissions after 4, 8, 16 and 32 seconds, each changed by up to a second.</summary>
    private static readonly TimeSpan[] s_retransmissions =
        [.. new[] { 4, 8, 16, 32 }.Select(static seconds => TimeSpan.FromSeconds(seconds))];

    private readonly Channel<DhcpV4Packet> _dhcp = Channel.CreateBounded<DhcpV4Packet>(
        new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest });

    private uint _transaction;

    /// <summary>Takes a lease. Without an answer it asks again after 4, 8, 16 and 32 seconds.</summary>
    /// <exception cref="TimeoutException">No server answered within a minute.</exception>
    /// <exception cref="InvalidOperationException">The adapter was halted, or a lease is held already.</exception>
    public Task<DhcpLease> AcquireAsync(CancellationToken cancellationToken = default) =>
        AcquireAsync(s_retransmissions, cancellationToken);

    /// <summary>
    /// Takes a lease, with other waits than those of RFC 2131, for a network that answers at once or never.
    /// </summary>
    /// <param name="patience">How long, for each of the two exchanges. It asks again after each quarter of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">No server answered in that time.</exception>
    /// <exception cref="InvalidOperationException">The adapter was halted, or a lease is held already.</exception>
    public Task<DhcpLease> AcquireAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(patience, TimeSpan.Zero);
        const int Waits = 4;
        return AcquireAsync([.. Enumerable.Repeat(patience / Waits, Waits)], cancellationToken);
    }

    private async Task<DhcpLease> AcquireAsync(TimeSpan[] waits, CancellationToken cancellationToken)
    {
        if (Lease is not null) throw new InvalidOperationException("A lease is held already.");
        using var linked = Linked(cancellationToken);
        try
        {
            while (true)
            {
                _transaction = (uint)Random.Shared.NextInt64(1L << 32);
                while (_dhcp.Reader.TryRead(out _))
                {
                }

                var offer = await ExchangeAsync(
                    Discover(), waits, static type => type == DhcpV4MessageType.Offer, linked.Token)
                    .ConfigureAwait(false);
                var answer = await ExchangeAsync(
                    Request(offer),
                    waits,
                    static type => type is DhcpV4MessageType.Ack or DhcpV4MessageType.Nak,
                    linked.Token)
                    .ConfigureAwait(false);
                // A server that takes its offer back says so by a NAK, and the client starts again (RFC 2131, 3.1).
                if (answer.MessageType == DhcpV4MessageType.Ack) return Lease = ToLease(answer);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw AdapterGone();
        }
    }

    private async Task<DhcpV4Packet> ExchangeAsync(
        DhcpV4Packet message,
        TimeSpan[] waits,
        Func<DhcpV4MessageType, bool> isAnswer,
        CancellationToken cancellationToken)
    {
        foreach (var time in waits)
        {
            await SendAsync(DhcpFrame(message, IPAddress.Any, IPAddress.Broadcast, s_broadcast), cancellationToken).ConfigureAwait(false);
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            wait.CancelAfter(time + ((Random.Shared.NextDouble() - 0.5) * waits[0] / 2));
            try
            {
                while (true)
                {
                    var answer = await _dhcp.Reader.ReadAsync(wait.Token).ConfigureAwait(false);
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
            + $"{Adapter.Name} sent {Adapter.FramesSent} frames and received {Adapter.FramesReceived}.");
    }

    private async Task ReleaseAsync(DhcpLease lease)
    {
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        wait.CancelAfter(ReplyTimeout);
        try
        {
            var server = await ResolveAsync(lease, lease.Server, wait.Token).ConfigureAwait(false);
            await SendAsync(DhcpFrame(Release(lease), lease.Address, lease.Server, server), wait.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            // The server finds out when the lease runs out.
            _instance.WriteLog($"{_driver.Name}: the lease of {lease.Address} could not be given back; {lease.Server} is silent.");
        }

        Lease = null;
    }

    private void TakeDhcp(DhcpV4Packet dhcp)
    {
        var isForUs = dhcp.Operation == DhcpV4Operation.BootReply
            && dhcp.TransactionId == _transaction
            && dhcp.ClientHardwareAddress.GetAddressBytes().AsSpan(0, 6).SequenceEqual(_hardwareAddress.GetAddressBytes());
        if (isForUs) _dhcp.Writer.TryWrite(dhcp);
    }

    private static DhcpLease ToLease(DhcpV4Packet ack)
    {
        var options = ack.GetOptions();
        return new DhcpLease(
            ack.YourAddress,
            options.OfType<SubnetMaskOption>().FirstOrDefault()?.SubnetMask ?? new IPAddress([255, 255, 255, 0]),
            options.OfType<RouterOption>().FirstOrDefault()?.Routers.FirstOrDefault(),
            options.OfType<ServerIdOption>().FirstOrDefault()?.ServerId ?? ack.ServerAddress,
            options.OfType<AddressTimeOption>().FirstOrDefault()?.AddressTime ?? TimeSpan.Zero,
            options.OfType<DomainNameServerOption>().FirstOrDefault()?.DomainNameServers ?? []);
    }
}
