using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>For frames whose length is a power of two.</summary>
/// <param name="bits">Its logarithm.</param>
internal readonly struct FrameShift(int bits) : IFrameIndex
{
    public static bool IsVector => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ulong address) => address >> bits;
}
