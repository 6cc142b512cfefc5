namespace Nonpaged.Ndis;

/// <summary>
/// Frames that a miniport indicates with a look-ahead buffer, as packets for the protocols that take these: some of them, as from
/// another miniport. What a protocol does with such a packet when it has given it back faults. Thread-safe.
/// </summary>
internal sealed unsafe class PacketCopies(NdisInstance instance, VariedEnds varied)
{
    private const uint EthernetHeaderSize = 14;

    private readonly FencedMemory _frames = new(instance, "a received packet's buffer");
    private readonly FencedMemory _descriptors = new(instance, "a received packet");

    /// <summary>Null where the instance does not vary what a protocol sees.</summary>
    public static PacketCopies? Of(NdisInstance instance) =>
        instance.Options.Verification?.Varied is { } varied ? new PacketCopies(instance, varied) : null;

    /// <summary>A packet with the whole frame; null where this one comes as it was indicated.</summary>
    public NDIS_PACKET* TryMake(ReceiveIndication indication, Driver driver)
    {
        if (indication.LookAheadSize != indication.PacketSize || !varied.Choose()) return null;
        uint length = EthernetHeaderSize + indication.PacketSize;
        nint frame = _frames.Take(driver, length);
        nint packet = frame == 0 ? 0 : _descriptors.Take(driver, NdisLibrary.LonePacketSize);
        if (packet == 0)
        {
            if (frame != 0) _frames.Free(frame);
            return null;
        }

        var bytes = new Span<byte>((void*)frame, (int)length);
        new ReadOnlySpan<byte>((void*)indication.Header, (int)EthernetHeaderSize).CopyTo(bytes);
        new ReadOnlySpan<byte>((void*)indication.LookAhead, (int)indication.PacketSize).CopyTo(bytes[(int)EthernetHeaderSize..]);
        return NdisLibrary.MakeLonePacket((void*)packet, (void*)frame, length);
    }

    /// <summary>A packet is not the protocol's any more. False where it is none of these.</summary>
    public bool TryFree(nint packet)
    {
        nint frame = _descriptors.Has(packet) ? (nint)((NDIS_PACKET*)packet)->Private.Head->MappedSystemVa : 0;
        if (frame == 0 || !_descriptors.Free(packet)) return false;
        _frames.Free(frame);
        return true;
    }

    /// <summary>The adapter is gone, and who kept some will not give them back.</summary>
    public void FreeAll()
    {
        _descriptors.FreeAll();
        _frames.FreeAll();
    }
}
