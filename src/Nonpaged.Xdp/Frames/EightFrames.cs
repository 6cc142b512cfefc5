using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>
/// Eight frames at a time, by AVX2. Mostly each is the one before less one, as the free ones lay at first and as rings hand them
/// on: a run, whose owners are one word. A structure of what is the same for all eights of a loop, so that it stays in registers.
/// </summary>
internal readonly unsafe struct EightFrames
{
    public const uint Count = 8;

    /// <summary>The owners of eight frames of the program.</summary>
    public const ulong InHands = FrameStack.InHands * Each;

    private const ulong Each = 0x0101010101010101;

    // Only where the length is a power of two.
    private readonly Vector256<ulong> _starts;

    // Where each of a run starts behind the last one.
    private readonly Vector256<ulong> _first;
    private readonly Vector256<ulong> _last;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EightFrames(uint frameSize, Vector256<ulong> first, Vector256<ulong> last)
    {
        var size = Vector256.Create(frameSize);
        _starts = Vector256.Create(~(frameSize - 1ul));
        _first = Avx2.Multiply(first.AsUInt32(), size);
        _last = Avx2.Multiply(last.AsUInt32(), size);
    }

    /// <summary>For addresses that lie next to each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightFrames InOrder(uint frameSize) =>
        new(frameSize, Vector256.Create(7ul, 6, 5, 4), Vector256.Create(3ul, 2, 1, 0));

    /// <summary>For addresses as <see cref="FrameWords"/> has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static EightFrames OfWords(uint frameSize) =>
        new(frameSize, Vector256.Create(7ul, 5, 6, 4), Vector256.Create(3ul, 1, 2, 0));

    /// <summary>The owners of eight frames that one has.</summary>
    public static ulong OwnedBy(byte owner) => owner * Each;

    /// <summary>The numbers of a run whose last one is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Run(uint last) => Vector256.Create(last) + Vector256.Create(7u, 6, 5, 4, 3, 2, 1, 0);

    /// <summary>Writes where the frames of a run start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ulong last, ulong* to)
    {
        var lowest = Vector256.Create(last);
        (lowest + _first).Store(to);
        (lowest + _last).Store(to + 4);
    }

    /// <summary>Whether addresses are of a run. For frames whose length is a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreRun(Vector256<ulong> first, Vector256<ulong> lasts, ulong last)
    {
        Vector256<ulong> lowest = Vector256.Create(last) & _starts;
        // How far each is from the start of its frame.
        return Avx.TestZ((first - (lowest + _first)) | (lasts - (lowest + _last)), _starts);
    }

    /// <summary>
    /// Whether descriptors are of a run, each at least a byte long, ends in its frame, and has no option that is refused. For
    /// frames whose length is a power of two.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Fit(in FrameWords frames, ulong last, Vector256<ulong> refused, Vector256<ulong> size)
    {
        Vector256<ulong> lowest = Vector256.Create(last) & _starts;
        return (Misfit(frames.First - (lowest + _first), frames.FirstLengths & refused, size)
            | Misfit(frames.Last - (lowest + _last), frames.LastLengths & refused, size)).ExtractMostSignificantBits() == 0;
    }

    // The sign is set where a frame starts before its place, has the length 0, or more than what is left of its place: an option
    // that is refused makes it so.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Misfit(Vector256<ulong> offsets, Vector256<ulong> lengths, Vector256<ulong> size) =>
        offsets | (lengths + Vector256<ulong>.AllBitsSet) | (size - (offsets + lengths));
}
