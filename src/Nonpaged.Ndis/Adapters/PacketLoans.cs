using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// Packets that miniports indicated, and protocols keep: ProtocolReceivePacket tells how often a packet will be given back by
/// NdisReturnPackets, which says no adapter. Thread-safe.
/// </summary>
internal sealed class PacketLoans
{
    private readonly ConcurrentDictionary<nint, PacketLoan> _loans = new();

    /// <summary>A packet's indication begins. Null where it is indicated already, by a miniport that may not.</summary>
    public PacketLoan? Begin(ReceivePath path, nint packet)
    {
        var loan = new PacketLoan(path, packet);
        return _loans.TryAdd(packet, loan) ? loan : null;
    }

    /// <summary>The indication is over. True where nobody kept the packet.</summary>
    public bool End(PacketLoan loan) => loan.EndIndication() && _loans.TryRemove(loan.Packet, out _);

    /// <summary>NdisReturnPackets. False where the packet was not kept, or was given back before.</summary>
    public bool Return(nint packet)
    {
        if (!_loans.TryGetValue(packet, out PacketLoan? loan)) return false;
        if (loan.Return() && _loans.TryRemove(packet, out _)) loan.Path.TakeBack(packet);
        return true;
    }

    /// <summary>Forgets what is still kept of an adapter that ends. Returns by whom, for each packet.</summary>
    public IReadOnlyList<ProtocolRegistration?> Forget(ReceivePath path)
    {
        List<ProtocolRegistration?> keepers = [];
        foreach (PacketLoan loan in _loans.Values.Where(one => one.Path == path))
        {
            if (_loans.TryRemove(loan.Packet, out _)) keepers.Add(loan.Keeper);
        }

        return keepers;
    }
}
