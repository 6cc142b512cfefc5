using System.Collections.Concurrent;
using System.Net;
using PacketDotNet;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

/// <summary>ARP (RFC 826): finds hardware addresses, and answers for its own.</summary>
internal sealed class ArpResolver(EthernetPort port)
{
    private const int Attempts = 5;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly HardwareAddress s_unknown = new(new byte[6]);

    private readonly ConcurrentDictionary<IPAddress, TaskCompletionSource<HardwareAddress>> _neighbours = new();

    /// <summary>The Ethernet address of everybody.</summary>
    public static HardwareAddress Broadcast { get; } = new([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);

    /// <summary>The hardware address of a neighbour.</summary>
    /// <param name="own">Who asks.</param>
    /// <param name="target">Whose it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task<HardwareAddress> ResolveAsync(IPAddress own, IPAddress target, CancellationToken cancellationToken)
    {
        TaskCompletionSource<HardwareAddress> answer = _neighbours.GetOrAdd(
            target, static _ => new TaskCompletionSource<HardwareAddress>(TaskCreationOptions.RunContinuationsAsynchronously));
        for (int attempt = 0; attempt < Attempts && !answer.Task.IsCompleted; attempt++)
        {
            var request = new ArpPacket(ArpOperation.Request, s_unknown, target, port.Address, own);
            await port.SendAsync(port.Frame(Broadcast, EthernetType.Arp, request), cancellationToken).ConfigureAwait(false);
            await Task.WhenAny(answer.Task, Task.Delay(s_interval, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return answer.Task.IsCompleted
            ? await answer.Task.ConfigureAwait(false)
            : throw new TimeoutException($"{target} did not answer {Attempts} ARP requests, a second apart.");
    }

    /// <summary>Takes a message that was received.</summary>
    /// <param name="arp">The message.</param>
    /// <param name="own">The address that it answers for, or null.</param>
    public void Take(ArpPacket arp, IPAddress? own)
    {
        if (arp.Operation == ArpOperation.Response)
        {
            if (_neighbours.TryGetValue(arp.SenderProtocolAddress, out TaskCompletionSource<HardwareAddress>? waiting))
                waiting.TrySetResult(arp.SenderHardwareAddress);
        }
        else if (arp.Operation == ArpOperation.Request && own is not null && own.Equals(arp.TargetProtocolAddress))
        {
            var reply = new ArpPacket(
                ArpOperation.Response,
                arp.SenderHardwareAddress,
                arp.SenderProtocolAddress,
                port.Address,
                arp.TargetProtocolAddress);
            port.TrySend(port.Frame(arp.SenderHardwareAddress, EthernetType.Arp, reply));
        }
    }
}
