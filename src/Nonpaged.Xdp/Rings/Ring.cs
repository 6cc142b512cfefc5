using System.Runtime.CompilerServices;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// One ring that the kernel shares: one side writes entries and the producer's position, the other one reads them and writes the
/// consumer's (Documentation/networking/af_xdp.rst, "Rings"). Positions run freely and wrap at 2^32.
/// </summary>
internal unsafe struct Ring
{
    private uint* _producer;
    private uint* _consumer;
    private uint* _flags;

    public void* Entries;
    public uint Mask;

    /// <summary>The producer's position, as far as it is known here: ours where we produce.</summary>
    public uint CachedProducer;

    /// <summary>The same of the consumer's.</summary>
    public uint CachedConsumer;

    public Ring(byte* mapping, in AfXdp.RingOffsets offsets, uint entries)
    {
        _producer = (uint*)(mapping + offsets.Producer);
        _consumer = (uint*)(mapping + offsets.Consumer);
        _flags = (uint*)(mapping + offsets.Flags);
        Entries = mapping + offsets.Entries;
        Mask = entries - 1;
        CachedProducer = *_producer;
        CachedConsumer = *_consumer;
    }

    public readonly bool IsThere => _producer is not null;

    /// <summary>The kernel sleeps, and is to be told when there is something in the ring (XDP_RING_NEED_WAKEUP).</summary>
    public readonly bool NeedsWakeup => (Volatile.Read(ref *_flags) & AfXdp.XDP_RING_NEED_WAKEUP) != 0;

    /// <summary>How much of what we wrote the other side has not read yet.</summary>
    public readonly uint Pending => IsThere ? CachedProducer - Volatile.Read(ref *_consumer) : 0;

    /// <summary>For a consumer: whether there is something, without taking it.</summary>
    public readonly bool HasEntries => Volatile.Read(ref *_producer) != CachedConsumer;

    public readonly uint Half => (Mask + 1) / 2;

    /// <summary>How many entries lie next to each other from a position on.</summary>
    public readonly uint ToEnd(uint position) => Mask + 1 - (position & Mask);

    /// <summary>For a producer: how many entries may be written, looked up where fewer than so many are known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Room(uint wanted)
    {
        uint room = Mask + 1 - (CachedProducer - CachedConsumer);
        if (room >= wanted) return room;
        CachedConsumer = Volatile.Read(ref *_consumer);
        return Mask + 1 - (CachedProducer - CachedConsumer);
    }

    /// <summary>For a producer: the entries that were written are the kernel's.</summary>
    public void Publish(uint count)
    {
        CachedProducer += count;
        Volatile.Write(ref *_producer, CachedProducer);
    }

    /// <summary>For a consumer: how many entries there are, looked up where fewer than so many are known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Available(uint wanted)
    {
        uint available = CachedProducer - CachedConsumer;
        if (available >= wanted) return available;
        CachedProducer = Volatile.Read(ref *_producer);
        return CachedProducer - CachedConsumer;
    }

    /// <summary>For a consumer: the kernel may write where these entries were.</summary>
    public void Release(uint count)
    {
        CachedConsumer += count;
        Volatile.Write(ref *_consumer, CachedConsumer);
    }
}
