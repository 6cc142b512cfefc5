using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>Eight frames at a time, by AVX2.</summary>
internal readonly unsafe struct EightFrames : IFrameRun<EightFrames>
{
    /// <summary>How many frames.</summary>
    public const uint Count = 8;

    private const ulong Each = 0x0101010101010101;

    private readonly Vector256<ulong> _starts;

    // How far behind the last one of a run the first half starts, in the order in which it lies in a register, and the second
    // one. Of new frames: the first two, and how far it is to two others.
    private readonly Vector256<ulong> _first;
    private readonly Vector256<ulong> _second;

    private readonly Vector256<ulong> _refused;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EightFrames(uint frameSize, ulong refused, Vector256<ulong> first, Vector256<ulong> second)
    {
        var size = Vector256.Create(frameSize);
        _starts = Vector256.Create(~(frameSize - 1ul));
        _refused = Vector256.Create(refused);
        _first = Avx2.Multiply(first.AsUInt32(), size);
        _second = Avx2.Multiply(second.AsUInt32(), size);
    }

    private EightFrames(Vector256<ulong> first, Vector256<ulong> second)
    {
        (_starts, _refused) = (default, default);
        _first = first;
        _second = second;
    }

    public static bool IsSupported => Avx2.IsSupported;

    static uint INumberRun.Count => Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightFrames OfAddresses(uint frameSize) =>
        new(frameSize, refused: 0, Vector256.Create(7ul, 6, 5, 4), Vector256.Create(3ul, 2, 1, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightFrames OfFrames(uint frameSize, ulong refused) =>
        new(frameSize, refused, Vector256.Create(7ul, 5, 6, 4), Vector256.Create(3ul, 1, 2, 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightFrames OfNewFrames(uint frameSize, uint start, uint length)
    {
        var size = Vector256.Create(frameSize);
        return new EightFrames(
            Avx2.Multiply(Vector256.Create(7ul, 0, 6, 0).AsUInt32(), size)
                + Vector256.Create(start, length, start, (ulong)length),
            Avx2.Multiply(Vector256.Create(2ul, 0, 2, 0).AsUInt32(), size));
    }

    /// <summary>The numbers of a run whose last one is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Run(uint last) => Vector256.Create(last) + Vector256.Create(7u, 6, 5, 4, 3, 2, 1, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreNumbers(ref uint numbers, uint last) => Vector256.LoadUnsafe(ref numbers) == Run(last);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNumbers(uint last, ref uint to) => Run(last).StoreUnsafe(ref to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOwnedBy(byte* owners, byte owner) => Unsafe.ReadUnaligned<ulong>(owners) == owner * Each;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOwner(byte* owners, byte owner) => Unsafe.WriteUnaligned(owners, owner * Each);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOwner(byte* owners, Vector128<byte> owner) =>
        Unsafe.WriteUnaligned(owners, owner.AsUInt64().ToScalar());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreAddresses(ulong last, ulong* to)
    {
        var lowest = Vector256.Create(last);
        (lowest + _first).Store(to);
        (lowest + _second).Store(to + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreStarts(ulong last, ulong* to)
    {
        Vector256<ulong> lowest = Vector256.Create(last) & _starts;
        (lowest + _first).Store(to);
        (lowest + _second).Store(to + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreAddresses(ulong* addresses, ulong last) =>
        AreRun(Vector256.Load(addresses), Vector256.Load(addresses + 4), last);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreFrames(ref XdpFrame frames, ulong last)
    {
        var some = new EightWords(ref frames);
        return AreRun(some.First, some.Second, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Copy(ref XdpFrame from, ref XdpFrame to, ulong last)
    {
        var some = new EightWords(ref from);
        some.Store(ref to);
        return AreRun(some.First, some.Second, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CopyFitting(ref XdpFrame from, ref XdpFrame to, ulong last)
    {
        var some = new EightWords(ref from);
        some.Store(ref to);
        Vector256<ulong> lowest = Vector256.Create(last) & _starts;
        return Avx.TestZ(Misfit(some.First - _first - lowest, some.FirstLengths & _refused)
            | Misfit(some.Second - _second - lowest, some.SecondLengths & _refused), _starts);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFrames(ulong last, ref XdpFrame to)
    {
        ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref to);
        var place = Vector128.CreateScalar(last);
        Vector256<ulong> two = Vector256.Create(place, place) + _first;
        two.StoreUnsafe(ref words);
        two -= _second;
        two.StoreUnsafe(ref words, 4);
        two -= _second;
        two.StoreUnsafe(ref words, 8);
        (two - _second).StoreUnsafe(ref words, 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AreRun(Vector256<ulong> first, Vector256<ulong> second, ulong last)
    {
        var same = Vector256.Create(last);
        // Each address, moved to the last place, must lie in the frame that the last one lies in.
        return Avx.TestZ(((first - _first) ^ same) | ((second - _second) ^ same), _starts);
    }

    // The bits of a place's start are set where a frame starts before or behind its place, ends behind it, or is empty: then its
    // length less one has all bits set. So has that of one with an option that is refused, in the upper half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Misfit(Vector256<ulong> offsets, Vector256<ulong> lengths)
    {
        Vector256<ulong> shorter = lengths - Vector256<ulong>.One;
        return offsets | shorter | (offsets + shorter);
    }
}
