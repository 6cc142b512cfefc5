using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged;

/// <summary><see cref="SlotVector"/> by AVX2.</summary>
internal static unsafe class SlotVector256
{
    // Half a vector of eight.
    private const int Half = SlotVector.Count / 2;

    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx2.IsSupported;
    }

    /// <inheritdoc cref="SlotVector.Hand"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hand(nuint* slots, nint* blocks)
    {
        // Two slots each.
        var first = Vector256.Load((ulong*)slots);
        var second = Vector256.Load((ulong*)slots + 4);
        var third = Vector256.Load((ulong*)slots + 8);
        var fourth = Vector256.Load((ulong*)slots + 12);
        // In the order 0, 2, 1, 3, and so put right.
        const byte inOrder = 0b11_01_10_00;
        Vector256<ulong> low = Avx2.Permute4x64(Avx2.UnpackLow(first, second), inOrder);
        Vector256<ulong> high = Avx2.Permute4x64(Avx2.UnpackLow(third, fourth), inOrder);
        low.Store((ulong*)blocks);
        high.Store((ulong*)blocks + Half);
        // Two bytes a state, one behind the other.
        Vector256<ulong> places = Vector256.Create((ulong)slots[1]) + Vector256.Create(0UL, 4, 2, 6);
        Vector256<ulong> others = (Avx2.UnpackHigh(first, second) ^ places)
            | (Avx2.UnpackHigh(third, fourth) ^ (places + Vector256.Create((ulong)(2 * Half))));
        if (Avx.TestZ(others, others)) LowHalves(low, high).Store((ushort*)slots[1]);
        else SlotVector.HandEach(slots);
    }

    /// <inheritdoc cref="SlotVector512.TryPut"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryPut(nuint* slots, nint* blocks, ushort* states, nuint start, int shift, nuint span)
    {
        var low = Vector256.Load((ulong*)blocks);
        var high = Vector256.Load((ulong*)blocks + Half);
        Vector256<ulong> lowIndices = (low >> shift) - Vector256.Create((ulong)start);
        Vector256<ulong> highIndices = (high >> shift) - Vector256.Create((ulong)start);
        if (!Avx.TestZ(lowIndices | highIndices, Vector256.Create(~(ulong)(SlotVector.Window - 1)))) return false;
        Vector128<ushort> steps = LowHalves(lowIndices, highIndices);
        Vector128<short> before = Sse2.ShiftLeftLogical128BitLane(steps.AsInt16(), sizeof(short))
            | Vector128.Create(-1, 0, 0, 0, 0, 0, 0, 0);
        // Each lies behind the one before: none is there twice, and none in another chunk than the first and the last.
        if (Sse2.MoveMask(Sse2.CompareGreaterThan(steps.AsInt16(), before).AsByte()) != 0xffff
            || steps.GetElement(SlotVector.Count - 1) != span)
        {
            return false;
        }

        // What is no multiple of the granule is no block's address, though it might have the state of a free one.
        bool isDense = span == SlotVector.Count - 1;
        Vector128<ushort> actual = isDense ? Vector128.Load(states) : Pick(states, steps);
        Vector128<ushort> inUse = LowHalves(low, high);
        Vector128<ushort> wrong = (actual ^ inUse) | (inUse & Vector128.Create((ushort)(SizeClass.Granule - 1)));
        if (!Sse41.TestZ(wrong, wrong)) return false;

        Put(slots, low, Vector256.Create((ulong)states) + lowIndices + lowIndices);
        Put(slots + SlotVector.Count, high, Vector256.Create((ulong)states) + highIndices + highIndices);
        if (isDense) Vector128.Create(Chunk.Free).Store(states);
        else SlotVector.FreeEach(slots);
        return true;
    }

    /// <summary>Four slots: blocks, and the places of their states.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(nuint* slots, Vector256<ulong> blocks, Vector256<ulong> places)
    {
        Vector256<ulong> evens = Avx2.UnpackLow(blocks, places);
        Vector256<ulong> odds = Avx2.UnpackHigh(blocks, places);
        Avx2.Permute2x128(evens, odds, 0x20).Store((ulong*)slots);
        Avx2.Permute2x128(evens, odds, 0x31).Store((ulong*)slots + Half);
    }

    /// <summary>Eight of sixteen states, by their indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Pick(ushort* states, Vector128<ushort> steps)
    {
        // Of each state both bytes. A shuffle gives 0 for an index whose highest bit is set (PSHUFB, Intel SDM volume 2B).
        Vector128<byte> bytes = (steps * Vector128.Create((ushort)0x0202) + Vector128.Create((ushort)0x0100)).AsByte();
        Vector128<byte> low = Ssse3.Shuffle(
            Vector128.Load((byte*)states), Sse2.AddSaturate(bytes, Vector128.Create((byte)(0x80 - 16))));
        Vector128<byte> high = Ssse3.Shuffle(Vector128.Load((byte*)states + 16), bytes - Vector128.Create((byte)16));
        return (low | high).AsUInt16();
    }

    /// <summary>The lowest 16 bits of each of eight numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> LowHalves(Vector256<ulong> low, Vector256<ulong> high)
    {
        var mask = Vector256.Create((ulong)ushort.MaxValue);
        // 0, 1, 4, 5 and 2, 3, 6, 7, of 32 bits each.
        Vector256<int> halves = Avx2.PackUnsignedSaturate((low & mask).AsInt32(), (high & mask).AsInt32()).AsInt32();
        Vector256<uint> packed = Avx2.PackUnsignedSaturate(halves, halves).AsUInt32();
        return Sse2.UnpackLow(packed.GetLower(), packed.GetUpper()).AsUInt16();
    }
}
