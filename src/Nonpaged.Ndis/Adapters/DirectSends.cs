using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// A deserialized miniport's send function on the threads of those who send, several at once, as NDIS 5.1 has it
/// (MiniportSendPackets, "Deserialized Miniport Drivers"): for a driver that is verified. Otherwise, and while the adapter does
/// not run, all is sent in the adapter's turn. Thread-safe.
/// </summary>
/// <param name="miniport">The miniport.</param>
/// <param name="inFlight">The packets that the miniport has.</param>
/// <param name="mayBegin">Whether the adapter runs.</param>
/// <param name="settle">Is told what the miniport's function said of a packet.</param>
internal sealed unsafe class DirectSends(
    Miniport miniport, ConcurrentDictionary<nint, Binding> inFlight, Func<bool> mayBegin,
    Action<nint, Binding, NDIS_STATUS> settle)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private int _underWay;

    private NDIS_MINIPORT_CHARACTERISTICS Functions => miniport.Functions;

    /// <summary>Sends them now. False where they are to be queued.</summary>
    public bool TrySend(Binding binding, ReadOnlySpan<nint> packets, int batch)
    {
        if (!miniport.IsDeserialized || !TryBegin(packets)) return false;
        try
        {
            foreach (nint packet in packets) inFlight[packet] = binding;
            if (Functions.SendPacketsHandler is null)
            {
                foreach (nint packet in packets) SendOne(binding, packet);
                return true;
            }

            for (int start = 0; start < packets.Length; start += batch)
                SendMany(packets.Slice(start, Math.Min(batch, packets.Length - start)));
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>
    /// Waits until no thread is in the miniport's send function; who waits has seen to it that none begins. One that hangs is
    /// not waited for without end.
    /// </summary>
    public void Await() => SpinWait.SpinUntil(() => Volatile.Read(ref _underWay) == 0, s_patience);

    // Looked at behind the count: the thread that ends the adapter forbids it first, and then waits.
    private bool TryBegin(ReadOnlySpan<nint> packets)
    {
        Interlocked.Increment(ref _underWay);
        bool may = mayBegin();
        // One that is being sent already is refused in the adapter's turn.
        foreach (nint packet in packets) may = may && !inFlight.ContainsKey(packet);
        if (!may) Interlocked.Decrement(ref _underWay);
        return may;
    }

    private void SendOne(Binding binding, nint packet)
    {
        uint flags = ((NDIS_PACKET*)packet)->Private.Flags;
        NDIS_STATUS status = miniport.Call(nameof(Functions.SendHandler), Irql.DISPATCH_LEVEL, NDIS_STATUS_REQUEST_ABORTED, () =>
            Functions.SendHandler!(miniport.Context, (NDIS_PACKET*)packet, flags));
        settle(packet, binding, status);
    }

    private void SendMany(ReadOnlySpan<nint> packets)
    {
        nint[] some = packets.ToArray();
        foreach (nint packet in some) NdisLibrary.NDIS_SET_PACKET_STATUS((NDIS_PACKET*)packet, NDIS_STATUS_PENDING);
        miniport.Call(nameof(Functions.SendPacketsHandler), Irql.DISPATCH_LEVEL, () =>
        {
            fixed (nint* first = some) Functions.SendPacketsHandler!(miniport.Context, (NDIS_PACKET**)first, (uint)some.Length);
        });
    }
}
