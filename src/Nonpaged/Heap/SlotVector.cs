using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged;

/// <summary>
/// Eight blocks at a time (AVX-512), where they are neighbours in the order of their addresses: so they are handed out together,
/// and so they come back through a ring of descriptors.
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
        get => HeapChecks.IsOn && Avx512BW.VL.IsSupported && Vector512.IsHardwareAccelerated;
    }

    /// <summary>The blocks of eight slots, which are a caller's from here on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hand(nuint* slots, nint* blocks)
    {
        var low = Vector512.Load((ulong*)slots);
        var high = Vector512.Load((ulong*)slots + Count);
        var evens = Vector512.Create(0UL, 2, 4, 6, 8, 10, 12, 14);
        Vector512<ulong> addresses = Avx512F.PermuteVar8x64x2(low, evens, high);
        addresses.Store((ulong*)blocks);
        // Two bytes a state, one behind the other: the same numbers again.
        if (Avx512F.PermuteVar8x64x2(low, evens + Vector512<ulong>.One, high) == Vector512.Create((ulong)slots[1]) + evens)
        {
            Avx512F.ConvertToVector128UInt16(addresses).Store((ushort*)slots[1]);
            return;
        }

        // A loop would not be unrolled.
        Magazine.Hand(slots);
        Magazine.Hand(slots + 2);
        Magazine.Hand(slots + 4);
        Magazine.Hand(slots + 6);
        Magazine.Hand(slots + 8);
        Magazine.Hand(slots + 10);
        Magazine.Hand(slots + 12);
        Magazine.Hand(slots + 14);
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

        // Each lies behind the one before: none is there twice, and none in another chunk than these two; nor does it where
        // someone writes there meanwhile.
        var addresses = Vector512.Load((ulong*)blocks);
        Vector512<ulong> indices = (addresses >> shift) - Vector512.Create((ulong)(first >> shift));
        Vector128<short> steps = Avx512F.ConvertToVector128UInt16WithSaturation(indices).AsInt16();
        Vector128<short> before = Sse2.ShiftLeftLogical128BitLane(steps, sizeof(short))
            | Vector128.Create(-1, 0, 0, 0, 0, 0, 0, 0);
        if (Vector128.GreaterThan(steps, before).ExtractMostSignificantBits() != 0xff
            || (nuint)steps.GetElement(Count - 1) != span)
        {
            return false;
        }

        // What is no multiple of the granule is no block's address, though it might have the state of a free one.
        states += (nuint)(ushort)first >> shift;
        Vector128<ushort> actual = Avx512BW.VL.PermuteVar16x16(Vector256.Load(states), steps.AsUInt16().ToVector256Unsafe())
            .GetLower();
        Vector128<ushort> inUse = Avx512F.ConvertToVector128UInt16(addresses);
        if (((actual ^ inUse) | (inUse & Vector128.Create((ushort)(SizeClass.Granule - 1)))) != Vector128<ushort>.Zero)
            return false;

        Vector512<ulong> places = Vector512.Create((ulong)states) + indices + indices;
        Avx512F.PermuteVar8x64x2(addresses, Vector512.Create(0UL, 8, 1, 9, 2, 10, 3, 11), places).Store((ulong*)slots);
        Avx512F.PermuteVar8x64x2(addresses, Vector512.Create(4UL, 12, 5, 13, 6, 14, 7, 15), places).Store((ulong*)slots + Count);
        if (span == Count - 1)
        {
            Vector128.Create(Chunk.Free).Store(states);
            return true;
        }

        *(ushort*)slots[1] = Chunk.Free;
        *(ushort*)slots[3] = Chunk.Free;
        *(ushort*)slots[5] = Chunk.Free;
        *(ushort*)slots[7] = Chunk.Free;
        *(ushort*)slots[9] = Chunk.Free;
        *(ushort*)slots[11] = Chunk.Free;
        *(ushort*)slots[13] = Chunk.Free;
        *(ushort*)slots[15] = Chunk.Free;
        return true;
    }
}
