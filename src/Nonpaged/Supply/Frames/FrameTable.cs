using System.Numerics;

namespace Nonpaged;

/// <summary>The physical address of each page of an extent, kept as one number for each contiguous unit.</summary>
/// <param name="units">The physical address of each unit, or <see cref="PageEntry.Unknown"/>.</param>
/// <param name="unit">The length of a unit in bytes: a power of two, a page at least.</param>
internal sealed class FrameTable(ulong[] units, nuint unit)
{
    private readonly int _shift = BitOperations.TrailingZeroCount(unit) - Page.Shift;

    /// <summary>Of memory whose frames are not known.</summary>
    public static FrameTable Unknown(nuint length)
    {
        nuint unit = length % HostExtents.HugePage == 0 ? HostExtents.HugePage : (nuint)Page.Size;
        ulong[] units = new ulong[length / unit];
        Array.Fill(units, PageEntry.Unknown);
        return new FrameTable(units, unit);
    }

    /// <summary>The physical addresses are known: all of them, or none.</summary>
    public bool IsKnown => units is [not PageEntry.Unknown, ..];

    /// <summary>The physical address of a page, by its index, or <see cref="PageEntry.Unknown"/>.</summary>
    public ulong this[nuint page]
    {
        get
        {
            ulong first = units[page >> _shift];
            return first == PageEntry.Unknown ? first : first + ((page << Page.Shift) & (unit - 1));
        }
    }

    /// <summary>
    /// Where pages that follow each other physically end, from one on and before another. Of unknown
    /// frames it is the end of the unit.
    /// </summary>
    public nuint EndOfRun(nuint page, nuint end)
    {
        nuint last = page >> _shift;
        while ((last + 1) << _shift < end && units[last + 1] == units[last] + unit) last++;
        return nuint.Min(end, (last + 1) << _shift);
    }

    /// <summary>The lowest physical address, where any is known.</summary>
    public ulong? Lowest => units.Where(start => start != PageEntry.Unknown).Cast<ulong?>().Min();
}
