using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using PacketDotNet;
using PacketDotNet.Utils;

namespace Nonpaged.Protocols;

/// <summary>ICMP echo (RFC 792): sends requests, and knows their replies.</summary>
internal sealed class Pinger(EthernetPort port, ArpResolver arp)
{
    private const int HeaderSize = 8;
    private const int PayloadSize = 56;

    // As long as a machine of software emulation that gets no processor may take; nothing else is sent meanwhile.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<(ushort Id, ushort Sequence), Echo> _echoes = new();

    /// <summary>Sends echo requests one after the other.</summary>
    /// <param name="lease">The address that they come from, and its network.</param>
    /// <param name="target">Where to; null is the lease's router, or its server where it has none.</param>
    /// <param name="count">How many, 1 to 65535.</param>
    /// <param name="progress">Told of each reply, or its absence.</param>
    /// <param name="cancellationToken">Ends the series.</param>
    /// <exception cref="TimeoutException">The target, or the router that leads to it, answers no ARP request.</exception>
    public async Task<PingResult> PingAsync(
        DhcpLease lease, IPAddress? target, int count, IProgress<PingReply>? progress, CancellationToken cancellationToken)
    {
        target ??= lease.Router ?? lease.Server;
        System.Net.NetworkInformation.PhysicalAddress hardware = await arp.ResolveAsync(
            lease.Address, NextHop(lease, target), cancellationToken).ConfigureAwait(false);
        ushort id = (ushort)Random.Shared.Next(1, 0x10000);
        var replies = new List<PingReply>(count);
        for (int sequence = 1; sequence <= count; sequence++)
        {
            if (sequence > 1) await Task.Delay(s_interval, cancellationToken).ConfigureAwait(false);
            var echo = new Echo(target, Payload());
            byte[] request = port.Frame(hardware, EthernetType.IPv4, Request(lease, echo, id, (ushort)sequence));
            TimeSpan? roundTrip = await PingOnceAsync(
                (id, (ushort)sequence), echo, request, cancellationToken).ConfigureAwait(false);
            replies.Add(new PingReply(sequence, roundTrip));
            progress?.Report(replies[^1]);
        }

        return new PingResult(target, replies);
    }

    /// <summary>Takes a reply that was received. False where it carries other bytes than its request did.</summary>
    public bool Take(IPAddress source, IcmpV4Packet icmp)
    {
        if (!_echoes.TryGetValue((icmp.Id, icmp.Sequence), out Echo? echo) || !echo.Target.Equals(source)) return true;
        if (!icmp.Data.AsSpan().SequenceEqual(echo.Payload)) return false;
        echo.Arrival.TrySetResult(Stopwatch.GetTimestamp());
        return true;
    }

    private async Task<TimeSpan?> PingOnceAsync(
        (ushort Id, ushort Sequence) key, Echo echo, byte[] request, CancellationToken cancellationToken)
    {
        _echoes[key] = echo;
        try
        {
            long start = Stopwatch.GetTimestamp();
            await port.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Task<long> arrival = echo.Arrival.Task;
            await Task.WhenAny(arrival, Task.Delay(s_patience, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return arrival.IsCompleted ? Stopwatch.GetElapsedTime(start, await arrival.ConfigureAwait(false)) : null;
        }
        finally
        {
            _echoes.TryRemove(key, out _);
        }
    }

    private static IPv4Packet Request(DhcpLease lease, Echo echo, ushort id, ushort sequence)
    {
        var icmp = new IcmpV4Packet(new ByteArraySegment(new byte[HeaderSize]))
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
        return ip;
    }

    // Nothing here is secret, and System.Security.Cryptography needs OpenSSL's library, which a small system lacks.
    private static byte[] Payload()
    {
        byte[] payload = new byte[PayloadSize];
        Random.Shared.NextBytes(payload);
        return payload;
    }

    private static IPAddress NextHop(DhcpLease lease, IPAddress target)
    {
        byte[] mask = lease.SubnetMask.GetAddressBytes();
        byte[] own = lease.Address.GetAddressBytes();
        byte[] other = target.GetAddressBytes();
        bool isNeighbour = own.Select((one, index) => (one ^ other[index]) & mask[index]).All(static bits => bits == 0);
        return isNeighbour || lease.Router is null ? target : lease.Router;
    }

    private sealed record Echo(IPAddress Target, byte[] Payload)
    {
        public TaskCompletionSource<long> Arrival { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
