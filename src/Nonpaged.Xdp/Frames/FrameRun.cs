using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// Numbers of frames, eight at a time. Mostly each is the one before less one, as the free ones lay at first: then their owners
/// are one word. Nothing is called in here, so that all stays in registers.
/// </summary>
internal static unsafe class FrameRun
{
    public const uint Length = 8;

    // FrameStack.InHands in each byte.
    private const ulong AllInHands = 0x0101010101010101;

    /// <summary>Takes free frames: these are the program's.</summary>
    public static void Take(byte* owners, uint* free, ref uint to, uint count)
    {
        uint i = 0;
        while (i + Length <= count)
        {
            var some = Vector256.Load(free + i);
            some.StoreUnsafe(ref to, i);
            uint lowest = some.GetElement((int)Length - 1);
            uint end = i + Length;
            if (IsRun(some, lowest))
            {
                Unsafe.WriteUnaligned(owners + lowest, AllInHands);
                i = end;
            }

            for (; i < end; i++) owners[free[i]] = FrameStack.InHands;
        }

        for (; i < count; i++)
        {
            uint frame = free[i];
            Unsafe.Add(ref to, i) = frame;
            owners[frame] = FrameStack.InHands;
        }
    }

    /// <summary>Frees frames that the program has. How many, up to the first that it does not have.</summary>
    /// <param name="owners">Of all frames.</param>
    /// <param name="from">The frames.</param>
    /// <param name="free">Where they go. There is room for <see cref="Length"/> more than the program has.</param>
    /// <param name="count">So many.</param>
    /// <param name="total">So many frames there are.</param>
    public static uint Give(byte* owners, ref uint from, uint* free, uint count, uint total)
    {
        uint i = 0;
        while (i + Length <= count)
        {
            var some = Vector256.LoadUnsafe(ref from, i);
            some.Store(free + i);
            uint lowest = some.GetElement((int)Length - 1);
            uint end = i + Length;
            if ((ulong)lowest + Length <= total && IsRun(some, lowest)
                && Unsafe.ReadUnaligned<ulong>(owners + lowest) == AllInHands)
            {
                Unsafe.WriteUnaligned(owners + lowest, 0UL);
                i = end;
            }

            for (; i < end; i++)
            {
                uint frame = free[i];
                if (frame >= total || owners[frame] != FrameStack.InHands) return i;
                owners[frame] = FrameStack.Free;
            }
        }

        for (; i < count; i++)
        {
            uint frame = Unsafe.Add(ref from, i);
            if (frame >= total || owners[frame] != FrameStack.InHands) return i;
            owners[frame] = FrameStack.Free;
            free[i] = frame;
        }

        return count;
    }

    /// <summary>Copies without a look.</summary>
    public static void Copy(ref uint from, ref uint to, uint count)
    {
        uint i = 0;
        for (; i + Length <= count; i += Length) Vector256.LoadUnsafe(ref from, i).StoreUnsafe(ref to, i);
        for (; i < count; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsRun(Vector256<uint> frames, uint lowest) =>
        frames == Vector256.Create(lowest) + Vector256.Create(7u, 6, 5, 4, 3, 2, 1, 0);
}
