using System.Numerics;

namespace Nonpaged;

/// <summary>
/// Which pages of an extent may hold something: those that were in use since the kernel handed them in, filled with zeros. A
/// page in use stays what it is: its owner alone asks, without a lock, as others add theirs.
/// </summary>
/// <param name="start">The extent's first byte.</param>
/// <param name="pages">How many it has.</param>
/// <param name="areAll">Its owner may have written to it.</param>
internal sealed class DirtyPages(nuint start, nuint pages, bool areAll)
{
    private ulong[]? _bits;

    public bool Any => areAll || _bits is not null;

    /// <summary>The first pages of a range that may hold something: from where to where. Its end twice where none do.</summary>
    public (nuint Start, nuint End) NextRun(nuint from, nuint end)
    {
        if (areAll || from >= end) return (from, end);
        if (_bits is null) return (end, end);
        nuint first = Next((from - start) >> Page.Shift, (end - start) >> Page.Shift, isDirty: true);
        nuint behind = Next(first, (end - start) >> Page.Shift, isDirty: false);
        return (start + (first << Page.Shift), start + (behind << Page.Shift));
    }

    public void Add(nuint page, nuint count)
    {
        if (areAll) return;
        _bits ??= new ulong[(pages + 63) / 64];
        nuint first = (page - start) >> Page.Shift;
        int from = (int)(first / 64), to = (int)((first + count) / 64);
        ulong low = ulong.MaxValue << (int)(first % 64), high = ~(ulong.MaxValue << (int)((first + count) % 64));
        if (from == to)
        {
            _bits[from] |= low & high;
            return;
        }

        _bits[from] |= low;
        _bits.AsSpan((from + 1)..to).Fill(ulong.MaxValue);
        if (high != 0) _bits[to] |= high;
    }

    /// <summary>The first page from one on, before an end, that is so; the end where none is.</summary>
    private nuint Next(nuint from, nuint end, bool isDirty)
    {
        while (from < end)
        {
            ulong word = (isDirty ? _bits![from / 64] : ~_bits![from / 64]) >> (int)(from % 64);
            if (word != 0) return nuint.Min(from + (nuint)BitOperations.TrailingZeroCount(word), end);
            from = (from | 63) + 1;
        }

        return end;
    }
}
