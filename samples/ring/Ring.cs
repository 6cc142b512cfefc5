using System.Runtime.InteropServices;

namespace SharedRing;

/// <summary>
/// One side's view of a ring in shared memory, which starts as zeros: one process writes, one other reads. Each side writes to
/// one counter and reads the other's.
/// </summary>
internal ref struct Ring
{
    /// <summary>How many bytes of memory a ring takes.</summary>
    public const int Length = SlotsStart + (Slots * 32);

    // A power of two.
    private const int Slots = 4096;

    // The counters are two cache lines apart: one line would go back and forth between the processors at each message (false
    // sharing), and processors fetch lines in pairs (Intel's optimization manual, "spatial prefetcher").
    private const int ReadStart = 128;
    private const int SlotsStart = 256;

    private readonly ref ulong _written;
    private readonly ref ulong _read;
    private readonly Span<Message> _slots;

    // This side's counter, and the other's when it was last looked at.
    private ulong _own;
    private ulong _other;

    /// <param name="memory">The same for both sides.</param>
    public Ring(Span<byte> memory)
    {
        _written = ref MemoryMarshal.AsRef<ulong>(memory);
        _read = ref MemoryMarshal.AsRef<ulong>(memory[ReadStart..]);
        _slots = MemoryMarshal.Cast<byte, Message>(memory[SlotsStart..Length]);
    }

    /// <summary>Adds a message; false where the ring is full.</summary>
    public bool TryWrite(in Message message)
    {
        if (_own - _other == Slots)
        {
            // The reader's line is fetched only when the ring looks full.
            _other = Volatile.Read(ref _read);
            if (_own - _other == Slots) return false;
        }

        _slots[(int)(_own % Slots)] = message;
        // The reader sees the count after the message.
        Volatile.Write(ref _written, ++_own);
        return true;
    }

    /// <summary>Takes the oldest message; false where the ring is empty.</summary>
    public bool TryRead(out Message message)
    {
        message = default;
        if (_own == _other)
        {
            _other = Volatile.Read(ref _written);
            if (_own == _other) return false;
        }

        message = _slots[(int)(_own % Slots)];
        // The writer reuses the slot after the message is copied.
        Volatile.Write(ref _read, ++_own);
        return true;
    }
}
