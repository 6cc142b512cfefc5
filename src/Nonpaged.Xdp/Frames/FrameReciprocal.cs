using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>For frames of any length.</summary>
/// <param name="reciprocal">2^64 by the length, rounded up.</param>
// Exact below 2^52: it is too large by less than a frame's length, of at most 4096, in 2^64.
internal readonly struct FrameReciprocal(ulong reciprocal) : IFrameIndex
{
    public static bool MayBeRuns => false;

    // Math.BigMul stores the lower half, too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ulong address) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(address, reciprocal) : Math.BigMul(address, reciprocal, out _);
}
