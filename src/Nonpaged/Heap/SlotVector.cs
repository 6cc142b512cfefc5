using System.Runtime.CompilerServices;

namespace Nonpaged;

/// <summary>
/// Eight blocks at a time (AVX-512, or AVX2), where they are neighbours in the order of their addresses: so they are handed out
/// together, and so they come back through a ring of descriptors.
/// </summary>
internal static unsafe class SlotVector
{
    public const int Count = 8;

    /// <summary>Words of so many slots.</summary>
    public const int Words = 2 * Count;

    /// <summary>
    /// States that are looked at together, more than there are blocks: where a block's length is no power of two,
    /// some states belong to no block.
    /// </summary>
    public const int Window = 2 * Count;

    // As many blocks as a window has states lie in two chunks at most.
    private const int LongestShift = Chunk.Shift - 4;

    /// <summary>Whether the processor can. Without the checks there are no states.</summary>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HeapChecks.IsOn && (SlotVector512.IsSupported || SlotVector256.IsSupported);
    }

    /// <summary>The blocks of eight slots, which are a caller's from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hand(nuint* slots, nint* blocks)
    {
        if (SlotVector512.IsSupported) SlotVector512.Hand(slots, blocks);
        else SlotVector256.Hand(slots, blocks);
    }

    /// <summary>
    /// Puts eight blocks into slots, where they are neighbours, of one class (<see cref="Chunk.Kind"/>), and in
    /// use; otherwise nothing is changed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryPut(nuint* slots, nint* blocks, Chunk* chunks, nuint count, uint kind)
    {
        int shift = Chunk.SizeShiftOf(kind);
        nuint first = (nuint)blocks[0];
        nuint last = (nuint)blocks[Count - 1];
        nuint span = (last >> shift) - (first >> shift);
        if (span >= Window || shift > LongestShift) return false;
        nuint start = first >> Chunk.Shift;
        nuint end = last >> Chunk.Shift;
        if (end >= count || chunks[start].Kind != kind || chunks[end].Kind != kind) return false;
        ushort* states = chunks[start].States;
        if (chunks[end].States != states + ((end - start) << (Chunk.Shift - shift))) return false;
        states += (nuint)(ushort)first >> shift;
        return SlotVector512.IsSupported ? SlotVector512.TryPut(slots, blocks, states, first >> shift, shift, span)
            : SlotVector256.TryPut(slots, blocks, states, first >> shift, shift, span);
    }

    /// <summary>The states of the blocks of eight slots: in use.</summary>
    // A loop would not be unrolled.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void HandEach(nuint* slots)
    {
        Magazine.Hand(slots);
        Magazine.Hand(slots + 2);
        Magazine.Hand(slots + 4);
        Magazine.Hand(slots + 6);
        Magazine.Hand(slots + 8);
        Magazine.Hand(slots + 10);
        Magazine.Hand(slots + 12);
        Magazine.Hand(slots + 14);
    }

    /// <summary>The states of the blocks of eight slots: free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FreeEach(nuint* slots)
    {
        *(ushort*)slots[1] = Chunk.Free;
        *(ushort*)slots[3] = Chunk.Free;
        *(ushort*)slots[5] = Chunk.Free;
        *(ushort*)slots[7] = Chunk.Free;
        *(ushort*)slots[9] = Chunk.Free;
        *(ushort*)slots[11] = Chunk.Free;
        *(ushort*)slots[13] = Chunk.Free;
        *(ushort*)slots[15] = Chunk.Free;
    }
}
