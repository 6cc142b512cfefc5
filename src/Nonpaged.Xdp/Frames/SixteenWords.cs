using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>Sixteen descriptors in registers, for <see cref="SixteenFrames"/>.</summary>
internal readonly struct SixteenWords
{
    private readonly Vector512<ulong> _a;
    private readonly Vector512<ulong> _b;
    private readonly Vector512<ulong> _c;
    private readonly Vector512<ulong> _d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SixteenWords(ref XdpFrame from)
    {
        ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref from);
        _a = Vector512.LoadUnsafe(ref words);
        _b = Vector512.LoadUnsafe(ref words, 8);
        _c = Vector512.LoadUnsafe(ref words, 16);
        _d = Vector512.LoadUnsafe(ref words, 24);
    }

    /// <summary>The addresses of frames 0, 4, 1, 5, 2, 6, 3 and 7.</summary>
    public Vector512<ulong> First => Avx512F.UnpackLow(_a, _b);

    /// <summary>The addresses of frames 8, 12, 9, 13, 10, 14, 11 and 15.</summary>
    public Vector512<ulong> Second => Avx512F.UnpackLow(_c, _d);

    /// <summary>The lengths and options of those of <see cref="First"/>.</summary>
    public Vector512<ulong> FirstLengths => Avx512F.UnpackHigh(_a, _b);

    /// <summary>The lengths and options of those of <see cref="Second"/>.</summary>
    public Vector512<ulong> SecondLengths => Avx512F.UnpackHigh(_c, _d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref XdpFrame to)
    {
        ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref to);
        _a.StoreUnsafe(ref words);
        _b.StoreUnsafe(ref words, 8);
        _c.StoreUnsafe(ref words, 16);
        _d.StoreUnsafe(ref words, 24);
    }
}
