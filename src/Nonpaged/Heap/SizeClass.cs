using System.Numerics;

namespace Nonpaged;

/// <summary>Sizes of small blocks: every 16 bytes up to 128, then eight a doubling up to 64 KiB. All are multiples of 16.</summary>
internal static class SizeClass
{
    public const int Granule = 16;
    public const int MaxSize = 64 << 10;
    public const int Count = 8 + 8 * 9;

    /// <summary>The smallest class that holds so many bytes, 1 to <see cref="MaxSize"/>.</summary>
    public static int Of(nuint length)
    {
        if (length <= 128) return (int)((length - 1) / Granule);
        int doubling = BitOperations.Log2(length - 1);
        return 8 + (doubling - 7) * 8 + (int)((length - 1) >> (doubling - 3)) - 8;
    }

    public static int Size(int index)
    {
        if (index < 8) return (index + 1) * Granule;
        int doubling = (index - 8) / 8 + 7;
        return ((index - 8) % 8 + 9) << (doubling - 3);
    }

    /// <summary>The smallest class that holds so many bytes at an alignment: spans start on a page, so a size that is a multiple serves.</summary>
    public static int Of(nuint length, nuint alignment)
    {
        int index = Of(Page.RoundUp(length, nuint.Max(alignment, Granule)));
        while (Size(index) % (int)alignment != 0) index++;
        return index;
    }
}
