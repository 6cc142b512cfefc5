using System.Collections.Concurrent;
using System.Net;
using PacketDotNet;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

/// <summary>ARP (RFC 826): finds hardware addresses, and answers for its own.</summary>
public sealed partial class LeaseAndPing
{
    private const int ArpAttempts = 5;

    private static readonly HardwareAddress s_broadcast = new([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    private static readonly HardwareAddress s_unknown = new(new byte[6]);

    private readonly ConcurrentDictionary<IPAddress, TaskCompletionSource<HardwareAddress>> _neighbours = new();

    private async Task<HardwareAddress> ResolveAsync(DhcpLease lease, IPAddress target, CancellationToken cancellationToken)
    {
        var answer = _neighbours.GetOrAdd(
            target, static _ => new TaskCompletionSource<HardwareAddress>(TaskCreationOptions.RunContinuationsAsynchronously));
        for (var attempt = 0; attempt < ArpAttempts && !answer.Task.IsCompleted; attempt++)
        {
            var request = new ArpPacket(ArpOperation.Request, s_unknown, target, _hardwareAddress, lease.Address);
            await SendAsync(Frame(s_broadcast, EthernetType.Arp, request), cancellationToken).ConfigureAwait(false);
            await Task.WhenAny(answer.Task, Task.Delay(ReplyTimeout, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return answer.Task.IsCompleted
            ? await answer.Task.ConfigureAwait(false)
            : throw new TimeoutException($"{target} did not answer {ArpAttempts} ARP requests, a second apart.");
    }

    private void TakeArp(ArpPacket arp)
    {
        if (arp.Operation == ArpOperation.Response)
        {
            if (_neighbours.TryGetValue(arp.SenderProtocolAddress, out var waiting)) waiting.TrySetResult(arp.SenderHardwareAddress);
        }
        else if (arp.Operation == ArpOperation.Request && IsOurs(arp.TargetProtocolAddress))
        {
            var reply = new ArpPacket(
                ArpOperation.Response,
                arp.SenderHardwareAddress,
                arp.SenderProtocolAddress,
                _hardwareAddress,
                arp.TargetProtocolAddress);
            TrySend(Frame(arp.SenderHardwareAddress, EthernetType.Arp, reply));
        }
    }

    private byte[] Frame(HardwareAddress destination, EthernetType type, Packet payload) =>
        new EthernetPacket(_hardwareAddress, destination, type) { PayloadPacket = payload }.Bytes;
}
