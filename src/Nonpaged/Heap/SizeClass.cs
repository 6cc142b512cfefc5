using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// Sizes of small blocks: every 16 bytes up to 256, then eight a doubling, sixteen from 2 KiB to 16 KiB, where packets are. From
/// 1 KiB up they are odd numbers of cache lines, so that neighbouring blocks start in different sets of a cache; a second, plain
/// kind has powers of two, for blocks that must be aligned. Large blocks without a record have eight sizes a doubling, whole
/// pages each, so that they start on a page. Class 0 is none.
/// </summary>
internal static unsafe class SizeClass
{
    public const int Granule = 16;

    /// <summary>The longest small block.</summary>
    public const int MaxLength = 1 << MaxShift;

    /// <summary>The longest block that magazines hold.</summary>
    public const int MaxLargeLength = 2 << 20;

    /// <summary>What is aligned to more than this has pages of its own.</summary>
    public const int MaxAlignment = Page.Size;

    private const int MaxShift = 16;
    private const int CacheLine = 64;
    private const int FirstPlain = 1 << 10;

    // Eight large sizes a doubling.
    private const int LargeShift = 3;

    private static readonly int[] s_sizes = [0, .. Sizes(), .. PlainSizes(), .. LargeSizes()];
    private static readonly int s_firstLarge = s_sizes.Length - LargeSizes().Count();
    private static readonly int s_firstPlain = s_firstLarge - PlainSizes().Count();

    /// <summary>How many there are, class 0 counted.</summary>
    public static int Count => s_sizes.Length;

    /// <summary>
    /// For each length in granules, rounded up, from 0 to <see cref="MaxLength"/>: where the magazine of its class is among those
    /// of a cache, in bytes. One entry follows: where that of the first large class is. It lives as long as the process.
    /// </summary>
    public static ushort* Magazines { get; } = MakeTable();

    /// <summary>The smallest class that holds so many bytes, 1 to <see cref="MaxLargeLength"/>.</summary>
    public static int Of(nuint length) => length > MaxLength
        ? OfLarge(Magazines, length)
        : PlaceOf(length) >> Magazine.SizeShift;

    /// <summary>Where the magazine of a length up to <see cref="MaxLength"/> is among those of a cache, in bytes.</summary>
    public static ushort PlaceOf(nuint length) => Magazines[(length + Granule - 1) / Granule];

    /// <summary>
    /// The class of a length above <see cref="MaxLength"/>, where <see cref="Magazines"/> are at hand: by the doubling that it
    /// lies in, and which eighth of that. So in NonpagedAllocateLarge of ndisinline.h.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OfLarge(ushort* magazines, nuint length)
    {
        int log = BitOperations.Log2(length - 1);
        int eighth = (int)((length - 1) >> (log - LargeShift)) & ((1 << LargeShift) - 1);
        return (magazines[MaxLength / Granule + 1] >> Magazine.SizeShift) + ((log - MaxShift) << LargeShift) + eighth;
    }

    /// <summary>Blocks of the class start on pages.</summary>
    public static bool IsLarge(int index) => index >= s_firstLarge;

    /// <summary>The bytes of a block. All can be used.</summary>
    public static int Size(int index) => s_sizes[index];

    /// <summary>
    /// The smallest class that holds so many bytes at an alignment, a power of two up to
    /// <see cref="MaxAlignment"/>. Spans start on a page.
    /// </summary>
    public static int Of(nuint length, nuint alignment)
    {
        if (alignment <= Granule || length > MaxLength) return Of(length);
        for (int index = Of(Page.RoundUp(length, alignment)); index < s_firstPlain; index++)
        {
            // A staggered block of a higher alignment would cost more than the power of two.
            if (s_sizes[index] % (int)alignment == 0) return index;
            if (s_sizes[index] > FirstPlain) break;
        }

        return s_firstPlain
            + BitOperations.Log2((nuint)BitOperations.RoundUpToPowerOf2(nuint.Max(nuint.Max(length, alignment), FirstPlain)))
            - BitOperations.Log2(FirstPlain);
    }

    /// <summary>A block of this length, at some alignment, is of this class.</summary>
    public static bool MayHold(int index, nuint length)
    {
        if (length is 0 or > MaxLargeLength || length > (nuint)Size(index)) return false;
        if (length > MaxLength) return Of(length) == index;
        for (nuint alignment = Granule; alignment <= MaxAlignment; alignment *= 2)
        {
            if (Of(length, alignment) == index) return true;
        }

        return false;
    }

    private static IEnumerable<int> Sizes()
    {
        for (int size = Granule; size < FirstPlain;)
        {
            yield return size;
            size += size < 256 ? Granule : size < 512 ? 32 : 64;
        }

        for (int size = FirstPlain; size < MaxLength;)
        {
            yield return size + CacheLine;
            int doubling = 1 << BitOperations.Log2((uint)size);
            size += doubling is >= 2 << 10 and < 16 << 10 ? doubling / 16 : doubling / 8;
        }

        yield return MaxLength + CacheLine;
    }

    private static IEnumerable<int> PlainSizes()
    {
        for (int size = FirstPlain; size <= MaxLength; size *= 2) yield return size;
    }

    private static IEnumerable<int> LargeSizes()
    {
        for (int doubling = MaxLength; doubling < MaxLargeLength; doubling *= 2)
        {
            for (int i = 1; i <= 1 << LargeShift; i++) yield return doubling + (doubling >> LargeShift) * i;
        }
    }

    private static ushort* MakeTable()
    {
        const int last = MaxLength / Granule;
        ushort* table = (ushort*)NativeMemory.Alloc(last + 2, sizeof(ushort));
        table[0] = 0;
        table[last + 1] = (ushort)(s_firstLarge << Magazine.SizeShift);
        for (int granules = 1, index = 1; granules <= last; granules++)
        {
            if (s_sizes[index] < granules * Granule) index++;
            table[granules] = (ushort)(index << Magazine.SizeShift);
        }

        return table;
    }
}
