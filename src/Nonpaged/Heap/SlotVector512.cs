using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged;

/// <summary><see cref="SlotVector"/> by AVX-512.</summary>
internal static unsafe class SlotVector512
{
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512BW.VL.IsSupported && Vector512.IsHardwareAccelerated;
    }

    /// <inheritdoc cref="SlotVector.Hand"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hand(nuint* slots, nint* blocks)
    {
        var low = Vector512.Load((ulong*)slots);
        var high = Vector512.Load((ulong*)slots + SlotVector.Count);
        var evens = Vector512.Create(0UL, 2, 4, 6, 8, 10, 12, 14);
        Vector512<ulong> addresses = Avx512F.PermuteVar8x64x2(low, evens, high);
        addresses.Store((ulong*)blocks);
        // Two bytes a state, one behind the other: the same numbers again.
        if (Avx512F.PermuteVar8x64x2(low, evens + Vector512<ulong>.One, high) == Vector512.Create((ulong)slots[1]) + evens)
        {
            Avx512F.ConvertToVector128UInt16(addresses).Store((ushort*)slots[1]);
            return;
        }

        SlotVector.HandEach(slots);
    }

    /// <summary>Puts eight blocks into slots, where they are in order and in use; otherwise nothing is changed.</summary>
    /// <param name="slots">Where they are put.</param>
    /// <param name="blocks">The blocks; the first and the last are of this class.</param>
    /// <param name="states">The first one's.</param>
    /// <param name="start">The first one's address, shifted. Someone may write to the blocks meanwhile.</param>
    /// <param name="shift">By how many bits an address is shifted to become an index of a state.</param>
    /// <param name="span">How many states the last one's is behind the first one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryPut(nuint* slots, nint* blocks, ushort* states, nuint start, int shift, nuint span)
    {
        const int count = SlotVector.Count;
        // Each lies behind the one before: none is there twice, and none in another chunk than these two; nor does it where
        // someone writes there meanwhile.
        var addresses = Vector512.Load((ulong*)blocks);
        Vector512<ulong> indices = (addresses >> shift) - Vector512.Create((ulong)start);
        Vector128<short> steps = Avx512F.ConvertToVector128UInt16WithSaturation(indices).AsInt16();
        Vector128<short> before = Sse2.ShiftLeftLogical128BitLane(steps, sizeof(short))
            | Vector128.Create(-1, 0, 0, 0, 0, 0, 0, 0);
        if (Vector128.GreaterThan(steps, before).ExtractMostSignificantBits() != 0xff
            || (nuint)steps.GetElement(count - 1) != span)
        {
            return false;
        }

        // What is no multiple of the granule is no block's address, though it might have the state of a free one.
        Vector128<ushort> actual = Avx512BW.VL.PermuteVar16x16(Vector256.Load(states), steps.AsUInt16().ToVector256Unsafe())
            .GetLower();
        Vector128<ushort> inUse = Avx512F.ConvertToVector128UInt16(addresses);
        if (((actual ^ inUse) | (inUse & Vector128.Create((ushort)(SizeClass.Granule - 1)))) != Vector128<ushort>.Zero)
            return false;

        Vector512<ulong> places = Vector512.Create((ulong)states) + indices + indices;
        Avx512F.PermuteVar8x64x2(addresses, Vector512.Create(0UL, 8, 1, 9, 2, 10, 3, 11), places).Store((ulong*)slots);
        Avx512F.PermuteVar8x64x2(addresses, Vector512.Create(4UL, 12, 5, 13, 6, 14, 7, 15), places).Store((ulong*)slots + count);
        if (span == count - 1)
        {
            Vector128.Create(Chunk.Free).Store(states);
            return true;
        }

        SlotVector.FreeEach(slots);
        return true;
    }
}
