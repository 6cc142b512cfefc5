using System.Numerics;

namespace Nonpaged;

/// <summary>The physical address of each page of an extent, kept as one number for each contiguous unit.</summary>
/// <param name="units">The physical address of each unit, or <see cref="PageEntry.Unknown"/>.</param>
/// <param name="unit">The length of a unit in bytes: a power of two, a page at least.</param>
internal sealed class FrameTable(ulong[] units, nuint unit)
{
    private readonly int _shift = BitOperations.TrailingZeroCount(unit) - Page.Shift;

    /// <summary>The physical address of a page, by its index, or <see cref="PageEntry.Unknown"/>.</summary>
    public ulong this[nuint page]
    {
        get
        {
            ulong first = units[page >> _shift];
            return first == PageEntry.Unknown ? first : first + ((page << Page.Shift) & (unit - 1));
        }
    }

    /// <summary>The lowest physical address, where any is known.</summary>
    public ulong? Lowest => units.Where(start => start != PageEntry.Unknown).Cast<ulong?>().Min();
}
