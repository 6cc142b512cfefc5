using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>Sixteen frames at a time, by AVX-512.</summary>
internal readonly unsafe struct SixteenFrames : IFrameRun<SixteenFrames>
{
    private readonly Vector512<ulong> _starts;

    // As in EightFrames; of new frames the first four, and how far it is to four others.
    private readonly Vector512<ulong> _first;
    private readonly Vector512<ulong> _second;

    private readonly Vector512<ulong> _refused;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SixteenFrames(uint frameSize, ulong refused, Vector512<ulong> first, Vector512<ulong> second)
    {
        var size = Vector512.Create(frameSize);
        _starts = Vector512.Create(~(frameSize - 1ul));
        _refused = Vector512.Create(refused);
        _first = Avx512F.Multiply(first.AsUInt32(), size);
        _second = Avx512F.Multiply(second.AsUInt32(), size);
    }

    private SixteenFrames(Vector512<ulong> first, Vector512<ulong> second)
    {
        (_starts, _refused) = (default, default);
        _first = first;
        _second = second;
    }

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    static uint INumberRun.Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenFrames OfAddresses(uint frameSize) =>
        new(frameSize, refused: 0, Vector512.Create(15ul, 14, 13, 12, 11, 10, 9, 8), Vector512.Create(7ul, 6, 5, 4, 3, 2, 1, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenFrames OfFrames(uint frameSize, ulong refused) =>
        new(frameSize, refused, Vector512.Create(15ul, 11, 14, 10, 13, 9, 12, 8), Vector512.Create(7ul, 3, 6, 2, 5, 1, 4, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SixteenFrames OfNewFrames(uint frameSize, uint start, uint length)
    {
        var size = Vector512.Create(frameSize);
        return new SixteenFrames(
            Avx512F.Multiply(Vector512.Create(15ul, 0, 14, 0, 13, 0, 12, 0).AsUInt32(), size)
                + Vector512.Create(Vector256.Create(start, length, start, (ulong)length)),
            Avx512F.Multiply(Vector512.Create(4ul, 0, 4, 0, 4, 0, 4, 0).AsUInt32(), size));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreNumbers(ref uint numbers, uint last) => Vector512.LoadUnsafe(ref numbers) == Run(last);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(uint last, ref uint to) => Run(last).StoreUnsafe(ref to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOwnedBy(byte* owners, byte owner) => Vector128.Load(owners) == Vector128.Create(owner);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOwner(byte* owners, byte owner) => Vector128.Create(owner).Store(owners);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOwner(byte* owners, Vector128<byte> owner) => owner.Store(owners);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreAddresses(ulong last, ulong* to)
    {
        var lowest = Vector512.Create(last);
        (lowest + _first).Store(to);
        (lowest + _second).Store(to + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStarts(ulong last, ulong* to)
    {
        Vector512<ulong> lowest = Vector512.Create(last) & _starts;
        (lowest + _first).Store(to);
        (lowest + _second).Store(to + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreAddresses(ulong* addresses, ulong last) =>
        AreRun(Vector512.Load(addresses), Vector512.Load(addresses + 8), last);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreFrames(ref XdpFrame frames, ulong last)
    {
        var some = new SixteenWords(ref frames);
        return AreRun(some.First, some.Second, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Copy(ref XdpFrame from, ref XdpFrame to, ulong last)
    {
        var some = new SixteenWords(ref from);
        some.Store(ref to);
        return AreRun(some.First, some.Second, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CopyFitting(ref XdpFrame from, ref XdpFrame to, ulong last)
    {
        var some = new SixteenWords(ref from);
        some.Store(ref to);
        Vector512<ulong> lowest = Vector512.Create(last) & _starts;
        return ((Misfit(some.First - _first - lowest, some.FirstLengths & _refused)
            | Misfit(some.Second - _second - lowest, some.SecondLengths & _refused)) & _starts) == Vector512<ulong>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFrames(ulong last, ref XdpFrame to)
    {
        ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref to);
        var addresses = Vector512.Create(ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0);
        Vector512<ulong> four = (Vector512.Create(last) & addresses) + _first;
        four.StoreUnsafe(ref words);
        four -= _second;
        four.StoreUnsafe(ref words, 8);
        four -= _second;
        four.StoreUnsafe(ref words, 16);
        (four - _second).StoreUnsafe(ref words, 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AreRun(Vector512<ulong> first, Vector512<ulong> second, ulong last)
    {
        var same = Vector512.Create(last);
        return ((((first - _first) ^ same) | ((second - _second) ^ same)) & _starts) == Vector512<ulong>.Zero;
    }

    // As in EightFrames.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Misfit(Vector512<ulong> offsets, Vector512<ulong> lengths)
    {
        Vector512<ulong> shorter = lengths - Vector512<ulong>.One;
        return offsets | shorter | (offsets + shorter);
    }

    /// <summary>The numbers of a run whose last one is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Run(uint last) =>
        Vector512.Create(last) + Vector512.Create(15u, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}
