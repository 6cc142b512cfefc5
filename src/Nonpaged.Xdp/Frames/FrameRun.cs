using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// Numbers of frames, 32 and eight at a time. Mostly each is the one before less one, as the free ones lay at first: then their
/// owners lie next to each other. Nothing is called in here, so that all stays in registers.
/// </summary>
internal static unsafe class FrameRun
{
    private const uint Many = 32;

    /// <summary>These are the program's from now on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hand(byte* owners, ref uint frames, uint count)
    {
        uint i = 0;
        while (i < count)
        {
            uint end = Math.Min(i + Many, count);
            if (end == i + Many && AreRun(ref frames, i, out uint lowest))
            {
                Vector256.Create(FrameStack.InHands).Store(owners + lowest);
                i = end;
            }

            while (i < end)
            {
                uint next = Math.Min(i + EightFrames.Count, end);
                lowest = Unsafe.Add(ref frames, next - 1);
                if (next == i + EightFrames.Count && Vector256.LoadUnsafe(ref frames, i) == EightFrames.Run(lowest))
                {
                    Unsafe.WriteUnaligned(owners + lowest, EightFrames.InHands);
                    i = next;
                }

                for (; i < next; i++) owners[Unsafe.Add(ref frames, i)] = FrameStack.InHands;
            }
        }
    }

    /// <summary>These are free from now on. How many, up to the first that the program does not have.</summary>
    /// <param name="owners">Of all frames.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="count">So many.</param>
    /// <param name="total">So many frames there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Free(byte* owners, ref uint frames, uint count, uint total)
    {
        uint i = 0;
        while (i < count)
        {
            uint end = Math.Min(i + Many, count);
            if (end == i + Many && AreRun(ref frames, i, out uint lowest) && (ulong)lowest + Many <= total
                && Vector256.Load(owners + lowest) == Vector256.Create(FrameStack.InHands))
            {
                Vector256.Create(FrameStack.Free).Store(owners + lowest);
                i = end;
            }

            while (i < end)
            {
                uint next = Math.Min(i + EightFrames.Count, end);
                lowest = Unsafe.Add(ref frames, next - 1);
                if (next == i + EightFrames.Count && Vector256.LoadUnsafe(ref frames, i) == EightFrames.Run(lowest)
                    && (ulong)lowest + EightFrames.Count <= total
                    && Unsafe.ReadUnaligned<ulong>(owners + lowest) == EightFrames.InHands)
                {
                    Unsafe.WriteUnaligned(owners + lowest, EightFrames.OwnedBy(FrameStack.Free));
                    i = next;
                }

                for (; i < next; i++)
                {
                    uint frame = Unsafe.Add(ref frames, i);
                    if (frame >= total || owners[frame] != FrameStack.InHands) return i;
                    owners[frame] = FrameStack.Free;
                }
            }
        }

        return count;
    }

    /// <summary>Copies without a look.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ref uint from, ref uint to, uint count)
    {
        uint i = 0;
        for (; Vector512.IsHardwareAccelerated && i + 32 <= count; i += 32)
        {
            Vector512.LoadUnsafe(ref from, i).StoreUnsafe(ref to, i);
            Vector512.LoadUnsafe(ref from, i + 16).StoreUnsafe(ref to, i + 16);
        }

        for (; i + EightFrames.Count <= count; i += EightFrames.Count)
            Vector256.LoadUnsafe(ref from, i).StoreUnsafe(ref to, i);
        for (; i < count; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreRun(ref uint frames, uint start, out uint lowest)
    {
        lowest = Unsafe.Add(ref frames, start + Many - 1);
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<uint> last = Vector512.Create(lowest)
                + Vector512.Create(15u, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
            return ((Vector512.LoadUnsafe(ref frames, start + 16) ^ last)
                | (Vector512.LoadUnsafe(ref frames, start) ^ (last + Vector512.Create(16u)))) == Vector512<uint>.Zero;
        }

        Vector256<uint> run = EightFrames.Run(lowest), step = Vector256.Create(EightFrames.Count);
        Vector256<uint> others = (Vector256.LoadUnsafe(ref frames, start + 24) ^ run)
            | (Vector256.LoadUnsafe(ref frames, start + 16) ^ (run + step));
        run += step + step;
        return (others | (Vector256.LoadUnsafe(ref frames, start + 8) ^ run)
            | (Vector256.LoadUnsafe(ref frames, start) ^ (run + step))) == Vector256<uint>.Zero;
    }
}
