using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>Eight descriptors in registers, for <see cref="EightFrames"/>.</summary>
internal readonly struct EightWords
{
    private readonly Vector256<ulong> _a;
    private readonly Vector256<ulong> _b;
    private readonly Vector256<ulong> _c;
    private readonly Vector256<ulong> _d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EightWords(ref XdpFrame from)
    {
        ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref from);
        _a = Vector256.LoadUnsafe(ref words);
        _b = Vector256.LoadUnsafe(ref words, 4);
        _c = Vector256.LoadUnsafe(ref words, 8);
        _d = Vector256.LoadUnsafe(ref words, 12);
    }

    /// <summary>The addresses of frames 0, 2, 1 and 3.</summary>
    public Vector256<ulong> First => Avx2.UnpackLow(_a, _b);

    /// <summary>The addresses of frames 4, 6, 5 and 7.</summary>
    public Vector256<ulong> Second => Avx2.UnpackLow(_c, _d);

    /// <summary>The lengths and options of those of <see cref="First"/>.</summary>
    public Vector256<ulong> FirstLengths => Avx2.UnpackHigh(_a, _b);

    /// <summary>The lengths and options of those of <see cref="Second"/>.</summary>
    public Vector256<ulong> SecondLengths => Avx2.UnpackHigh(_c, _d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref XdpFrame to)
    {
        ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref to);
        _a.StoreUnsafe(ref words);
        _b.StoreUnsafe(ref words, 4);
        _c.StoreUnsafe(ref words, 8);
        _d.StoreUnsafe(ref words, 12);
    }
}
