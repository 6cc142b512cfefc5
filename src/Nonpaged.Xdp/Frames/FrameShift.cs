using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>For frames whose length is a power of two.</summary>
/// <param name="bits">Its logarithm.</param>
internal readonly struct FrameShift(int bits) : IFrameIndex
{
    public static bool MayBeRuns => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ulong address) => address >> bits;
}
