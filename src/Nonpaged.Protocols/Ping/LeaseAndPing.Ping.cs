using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using PacketDotNet;
using PacketDotNet.Utils;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

/// <summary>ICMP echo (RFC 792).</summary>
public sealed partial class LeaseAndPing
{
    private const int EchoHeaderSize = 8;
    private const int EchoPayloadSize = 56;

    // As long as a machine of software emulation that gets no processor may take; nothing else is sent meanwhile.
    private static readonly TimeSpan EchoTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<(ushort Id, ushort Sequence), Echo> _echoes = new();

    /// <summary>Sends echo requests one after the other, each 10 ms after the reply to the one before it, or five seconds after that one was sent.</summary>
    /// <param name="target">Where to; null is the lease's router, or its server where it has none.</param>
    /// <param name="count">How many, 1 to 65535.</param>
    /// <param name="progress">Told of each reply, or its absence.</param>
    /// <param name="cancellationToken">Ends the series.</param>
    /// <exception cref="InvalidOperationException">No lease is held, or the adapter was halted.</exception>
    /// <exception cref="TimeoutException">The target, or the router that leads to it, answers no ARP request; or the driver gives no packet back.</exception>
    public async Task<PingResult> PingAsync(
        IPAddress? target = null, int count = 10, IProgress<PingReply>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ushort.MaxValue);
        var lease = Lease ?? throw new InvalidOperationException("Take a lease first (AcquireAsync).");
        target ??= lease.Router ?? lease.Server;
        using var linked = Linked(cancellationToken);
        try
        {
            var hardware = await ResolveAsync(lease, NextHop(lease, target), linked.Token).ConfigureAwait(false);
            var id = (ushort)Random.Shared.Next(1, 0x10000);
            var replies = new List<PingReply>(count);
            for (var sequence = 1; sequence <= count; sequence++)
            {
                if (sequence > 1) await Task.Delay(PingInterval, linked.Token).ConfigureAwait(false);
                var echo = new Echo(target, Payload());
                var frame = EchoFrame(lease, hardware, echo, id, (ushort)sequence);
                var roundTrip = await PingOnceAsync((id, (ushort)sequence), echo, frame, linked.Token).ConfigureAwait(false);
                replies.Add(new PingReply(sequence, roundTrip));
                progress?.Report(replies[^1]);
            }

            return new PingResult(target, replies);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw AdapterGone();
        }
    }

    private async Task<TimeSpan?> PingOnceAsync((ushort Id, ushort Sequence) key, Echo echo, byte[] frame, CancellationToken cancellationToken)
    {
        _echoes[key] = echo;
        try
        {
            var start = Stopwatch.GetTimestamp();
            await SendAsync(frame, cancellationToken).ConfigureAwait(false);
            var arrival = echo.Arrival.Task;
            await Task.WhenAny(arrival, Task.Delay(EchoTimeout, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return arrival.IsCompleted ? Stopwatch.GetElapsedTime(start, await arrival.ConfigureAwait(false)) : null;
        }
        finally
        {
            _echoes.TryRemove(key, out _);
        }
    }

    private void TakeEchoReply(IPAddress source, IcmpV4Packet icmp)
    {
        if (!_echoes.TryGetValue((icmp.Id, icmp.Sequence), out var echo) || !echo.Target.Equals(source)) return;
        if (icmp.Data.AsSpan().SequenceEqual(echo.Payload)) echo.Arrival.TrySetResult(Stopwatch.GetTimestamp());
        else CountBad();
    }

    private byte[] EchoFrame(DhcpLease lease, HardwareAddress hardware, Echo echo, ushort id, ushort sequence)
    {
        var icmp = new IcmpV4Packet(new ByteArraySegment(new byte[EchoHeaderSize]))
        {
            TypeCode = IcmpV4TypeCode.EchoRequest,
            Id = id,
            Sequence = sequence,
            Data = echo.Payload,
        };
        icmp.UpdateIcmpChecksum();
        var ip = new IPv4Packet(lease.Address, echo.Target) { TimeToLive = 64, Id = sequence, PayloadPacket = icmp };
        ip.UpdateCalculatedValues();
        ip.UpdateIPChecksum();
        return Frame(hardware, EthernetType.IPv4, ip);
    }

    // Nothing here is secret, and System.Security.Cryptography needs OpenSSL's library, which a small system lacks.
    private static byte[] Payload()
    {
        var payload = new byte[EchoPayloadSize];
        Random.Shared.NextBytes(payload);
        return payload;
    }

    private static IPAddress NextHop(DhcpLease lease, IPAddress target)
    {
        var mask = lease.SubnetMask.GetAddressBytes();
        var own = lease.Address.GetAddressBytes();
        var other = target.GetAddressBytes();
        var isNeighbour = own.Select((one, index) => (one ^ other[index]) & mask[index]).All(static bits => bits == 0);
        return isNeighbour || lease.Router is null ? target : lease.Router;
    }

    private sealed record Echo(IPAddress Target, byte[] Payload)
    {
        public TaskCompletionSource<long> Arrival { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
