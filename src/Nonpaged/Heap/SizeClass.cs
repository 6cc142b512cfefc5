using System.Numerics;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// Sizes of small blocks: every 16 bytes up to 256, then eight a doubling, sixteen from 2 KiB to 16 KiB, where packets are. From
/// 1 KiB up they are odd numbers of cache lines, so that neighbouring blocks start in different sets of a cache; a second, plain
/// kind has powers of two, for blocks that must be aligned. Class 0 is none.
/// </summary>
internal static unsafe class SizeClass
{
    public const int Granule = 16;

    /// <summary>The longest small block.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>What is aligned to more than this has pages of its own.</summary>
    public const int MaxAlignment = Page.Size;

    private const int CacheLine = 64;
    private const int FirstPlain = 1 << 10;

    private static readonly int[] s_sizes = [0, .. Sizes(), .. PlainSizes()];
    private static readonly int s_firstPlain = s_sizes.Length - PlainSizes().Count();

    /// <summary>How many there are, class 0 counted.</summary>
    public static int Count => s_sizes.Length;

    /// <summary>
    /// For each length in granules, rounded up, from 0 to <see cref="MaxLength"/>: where the magazine of its class is among those
    /// of a cache, in bytes. It lives as long as the process.
    /// </summary>
    public static ushort* Magazines { get; } = MakeTable();

    /// <summary>The smallest class that holds so many bytes, 1 to <see cref="MaxLength"/>.</summary>
    public static int Of(nuint length) => Magazines[(length + Granule - 1) / Granule] >> Magazine.SizeShift;

    /// <summary>The bytes of a block. All can be used.</summary>
    public static int Size(int index) => s_sizes[index];

    /// <summary>
    /// The smallest class that holds so many bytes at an alignment, a power of two up to
    /// <see cref="MaxAlignment"/>. Spans start on a page.
    /// </summary>
    public static int Of(nuint length, nuint alignment)
    {
        if (alignment <= Granule) return Of(length);
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
        if (length is 0 or > MaxLength || length > (nuint)Size(index)) return false;
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

    private static ushort* MakeTable()
    {
        const int last = MaxLength / Granule;
        ushort* table = (ushort*)NativeMemory.Alloc(last + 1, sizeof(ushort));
        table[0] = 0;
        for (int granules = 1, index = 1; granules <= last; granules++)
        {
            if (s_sizes[index] < granules * Granule) index++;
            table[granules] = (ushort)(index << Magazine.SizeShift);
        }

        return table;
    }
}
