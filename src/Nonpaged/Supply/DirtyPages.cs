namespace Nonpaged;

/// <summary>
/// Which pages of an extent may hold something: those that were in use since the kernel handed them in, filled with zeros.
/// </summary>
/// <param name="start">The extent's first byte.</param>
/// <param name="pages">How many it has.</param>
/// <param name="areAll">Whoever handed it in may have written to it.</param>
internal sealed class DirtyPages(nuint start, nuint pages, bool areAll)
{
    private ulong[]? _bits;

    public bool Any => areAll || _bits is not null;

    public bool Contains(nuint page)
    {
        if (areAll) return true;
        nuint index = (page - start) >> Page.Shift;
        return _bits is not null && (_bits[index / 64] & (1UL << (int)(index % 64))) != 0;
    }

    public void Add(nuint page, nuint count)
    {
        if (areAll) return;
        _bits ??= new ulong[(pages + 63) / 64];
        nuint first = (page - start) >> Page.Shift;
        for (nuint i = first; i < first + count; i++) _bits[i / 64] |= 1UL << (int)(i % 64);
    }
}
