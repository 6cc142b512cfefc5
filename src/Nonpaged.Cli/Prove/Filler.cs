using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Memory that only takes room, in pages of 4 KiB, given back when disposed.</summary>
internal sealed unsafe class Filler : IDisposable
{
    /// <summary>Never more than this is taken.</summary>
    public const ulong Most = 2UL << 30;

    private const ulong Least = HostExtents.HugePage;

    private readonly byte* _start;

    private Filler(byte* start, ulong length)
    {
        _start = start;
        Length = length;
    }

    public ulong Length { get; }

    /// <summary>Fills as much as is asked for, at most half of what the host has; null where that is next to nothing.</summary>
    public static Filler? TryFill(ulong length)
    {
        while (length >= Least && HostMemory.Refuse((nuint)(2 * length)) is not null) length /= 2;
        if (length < Least) return null;
        SysResult mapped = LibC.MMap(
            null, (nuint)length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1,
            0);
        if (mapped.IsError) return null;
        var filler = new Filler((byte*)mapped.Value, length);
        LibC.MAdvise(filler._start, (nuint)length, LibC.MADV_NOHUGEPAGE);
        if (!LibC.MAdvise(filler._start, (nuint)length, LibC.MADV_POPULATE_WRITE).IsError) return filler;
        filler.Dispose();
        return null;
    }

    /// <summary>
    /// Gives back every second frame of the lower half of those that it has: what is allocated next lies low, and scattered among
    /// the others. Compaction moves pages from low addresses to high ones, so memory that lies high already stays
    /// (Documentation/mm/physical_memory.rst; mm/compaction.c).
    /// </summary>
    public void FreeScattered()
    {
        ulong[] entries = new ulong[Length / Page.Size];
        if (PageMapFile.Read(_start, entries).IsError) return;
        nuint[] pages = new nuint[entries.Length];
        for (int i = 0; i < pages.Length; i++)
        {
            entries[i] &= PageMapFile.FrameMask;
            pages[i] = (nuint)_start + (nuint)i * Page.Size;
        }

        Array.Sort(entries, pages);
        // The kernel hands out again first what was freed last: the lowest.
        for (int i = entries.Length / 2; i >= 0; i--)
            if (ulong.IsEvenInteger(entries[i])) LibC.MAdvise((void*)pages[i], Page.Size, LibC.MADV_DONTNEED);
    }

    public void Dispose() => LibC.MUnmap(_start, (nuint)Length);
}
