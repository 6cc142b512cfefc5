using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// Numbers of frames between the program and the stack of free ones: by runs, as <see cref="FrameLoops"/>. Nothing is called in
/// here, so that all stays in registers.
/// </summary>
internal static unsafe class FrameNumbers
{
    /// <summary>Free frames become the program's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(byte* owners, uint* free, ref uint to, nuint count)
    {
        for (nuint i = 0; ;)
        {
            i = Take<SixtyFourNumbers>(owners, free, ref to, i, count);
            if (i == count) return;
            i = Take<ThirtyTwoNumbers>(owners, free, ref to, i, count);
            i = Take<EightFrames>(owners, free, ref to, i, count);
            nuint next = nuint.Min(i + EightFrames.Count, count);
            if (i == next) return;
            for (; i < next; i++)
            {
                owners[free[i]] = FrameStack.InHands;
                Unsafe.Add(ref to, i) = free[i];
            }
        }
    }

    /// <summary>Frames of the program become free. How many, up to the first that the program does not have.</summary>
    /// <param name="owners">Of all frames.</param>
    /// <param name="from">The frames.</param>
    /// <param name="free">Where they go.</param>
    /// <param name="count">So many.</param>
    /// <param name="total">So many frames there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Give(byte* owners, ref uint from, uint* free, nuint count, uint total)
    {
        for (nuint i = 0; ;)
        {
            i = Give<SixtyFourNumbers>(owners, ref from, free, i, count, total);
            if (i == count) return count;
            i = Give<ThirtyTwoNumbers>(owners, ref from, free, i, count, total);
            i = Give<EightFrames>(owners, ref from, free, i, count, total);
            nuint next = nuint.Min(i + EightFrames.Count, count);
            if (i == next) return count;
            for (; i < next; i++)
            {
                uint frame = Unsafe.Add(ref from, i);
                if (frame >= total || owners[frame] != FrameStack.InHands) return i;
                owners[frame] = FrameStack.Free;
                free[i] = frame;
            }
        }
    }

    /// <summary>Copies without a look.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ref uint from, ref uint to, nuint count)
    {
        nuint i = 0;
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
    private static nuint Take<TRun>(byte* owners, uint* free, ref uint to, nuint at, nuint count)
        where TRun : struct, INumberRun
    {
        for (; TRun.IsSupported && at + TRun.Count <= count; at += TRun.Count)
        {
            uint last = free[at + TRun.Count - 1];
            if (!TRun.AreNumbers(ref free[at], last)) break;
            TRun.StoreNumbers(last, ref Unsafe.Add(ref to, at));
            TRun.SetOwner(owners + last, FrameStack.InHands);
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Give<TRun>(byte* owners, ref uint from, uint* free, nuint at, nuint count, uint total)
        where TRun : struct, INumberRun
    {
        for (; TRun.IsSupported && at + TRun.Count <= count; at += TRun.Count)
        {
            uint last = Unsafe.Add(ref from, at + TRun.Count - 1);
            if ((ulong)last + TRun.Count > total || !TRun.AreNumbers(ref Unsafe.Add(ref from, at), last)) break;
            if (!TRun.AreOwnedBy(owners + last, FrameStack.InHands)) break;
            TRun.StoreNumbers(last, ref free[at]);
            TRun.SetOwner(owners + last, FrameStack.Free);
        }

        return at;
    }
}
