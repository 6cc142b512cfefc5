using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// Eight numbers of frames at a time. Mostly each is the one before less one, as the free ones lay at first: then their owners are
/// one word.
/// </summary>
internal static unsafe class FrameRun
{
    public const uint Length = 8;

    // FrameStack.InHands in each byte.
    private const ulong AllInHands = 0x0101010101010101;

    /// <summary>These are the program's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(byte* owners, Vector256<uint> frames)
    {
        uint lowest = frames.GetElement((int)Length - 1);
        if (IsRun(frames, lowest)) Unsafe.WriteUnaligned(owners + lowest, AllInHands);
        else TakeEach(owners, frames);
    }

    /// <summary>Frees these, where the program has them. How many, up to the first that it does not have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Free(byte* owners, Vector256<uint> frames, uint total)
    {
        uint lowest = frames.GetElement((int)Length - 1);
        bool isRun = (ulong)lowest + Length <= total && IsRun(frames, lowest)
            && Unsafe.ReadUnaligned<ulong>(owners + lowest) == AllInHands;
        if (!isRun) return FreeEach(owners, frames, total);
        Unsafe.WriteUnaligned(owners + lowest, 0UL);
        return Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsRun(Vector256<uint> frames, uint lowest) =>
        frames == Vector256.Create(lowest) + Vector256.Create(7u, 6, 5, 4, 3, 2, 1, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TakeEach(byte* owners, Vector256<uint> frames)
    {
        uint* each = (uint*)&frames;
        for (uint i = 0; i < Length; i++) owners[each[i]] = FrameStack.InHands;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint FreeEach(byte* owners, Vector256<uint> frames, uint total)
    {
        uint* each = (uint*)&frames;
        for (uint i = 0; i < Length; i++)
        {
            uint frame = each[i];
            if (frame >= total || owners[frame] != FrameStack.InHands) return i;
            owners[frame] = FrameStack.Free;
        }

        return Length;
    }
}
