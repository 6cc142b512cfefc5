namespace Nonpaged.Ndis;

/// <summary>A packet whose miniport indicated it, and how often protocols will give it back. Thread-safe.</summary>
internal sealed class PacketLoan(ReceivePath path, nint packet)
{
    // More than any protocol says: a packet may be given back before the function that says how often has returned, and is not
    // all given back while the indication lasts.
    private const long Indicating = 1L << 40;

    private long _owed = Indicating;

    public ReceivePath Path { get; } = path;

    public nint Packet { get; } = packet;

    /// <summary>The last protocol that kept it; null for none.</summary>
    public ProtocolRegistration? Keeper { get; private set; }

    /// <summary>What ProtocolReceivePacket returned.</summary>
    public void Owe(Binding binding, int times)
    {
        if (times > 0)
        {
            Keeper = binding.Protocol;
            Keeper.NoteKept();
        }

        Interlocked.Add(ref _owed, Math.Max(times, 0));
    }

    /// <summary>True where nobody owes it any more.</summary>
    public bool EndIndication() => Interlocked.Add(ref _owed, -Indicating) <= 0;

    /// <summary>True where nobody owes it any more.</summary>
    public bool Return() => Interlocked.Decrement(ref _owed) == 0;
}
