namespace Nonpaged;

/// <summary>
/// Memory that the caller owns, pinned and translated: it stays where it is until this is disposed. The caller must
/// not unmap it before. Thread-safe.
/// </summary>
public sealed unsafe class ImportedMemory : IDisposable
{
    private readonly nuint _firstPage;
    private readonly ulong[] _frames;
    private readonly IDisposable _pin;

    internal ImportedMemory(void* address, nuint length, ulong[] frames, IDisposable pin)
    {
        Address = address;
        Length = length;
        _firstPage = (nuint)address & ~(nuint)(Page.Size - 1);
        _frames = frames;
        _pin = pin;
    }

    /// <summary>Its first byte.</summary>
    public void* Address { get; }

    /// <summary>Its length in bytes.</summary>
    public nuint Length { get; }

    /// <summary>
    /// Its physical addresses are known; without CAP_SYS_ADMIN the kernel does not tell them, and the memory is pinned only.
    /// </summary>
    public bool IsTranslated => _frames[0] != PageEntry.Unknown;

    /// <summary>
    /// The physical ranges, in the order of addresses. Where frame numbers may not be read each page is one of its own.
    /// </summary>
    public IReadOnlyList<PhysicalRange> PhysicalRanges
    {
        get
        {
            var ranges = new List<PhysicalRange>();
            nuint end = (nuint)Address + Length;
            nuint from = (nuint)Address;
            for (int i = 0; i < _frames.Length; i++)
            {
                nuint next = _firstPage + ((nuint)(i + 1) << Page.Shift);
                if (next < end && IsTranslated && _frames[i + 1] == _frames[i] + Page.Size) continue;
                nuint stop = nuint.Min(next, end);
                ranges.Add(new PhysicalRange(TryTranslate((void*)from, out PhysicalAddress start) ? start : null, stop - from));
                from = stop;
            }

            return ranges;
        }
    }

    /// <summary>The physical address of one of its bytes. Makes no system call.</summary>
    /// <returns>False for an address outside, and where frame numbers may not be read.</returns>
    public bool TryTranslate(void* address, out PhysicalAddress physical)
    {
        physical = default;
        if ((nuint)address - (nuint)Address >= Length || !IsTranslated) return false;
        nuint offset = (nuint)address - _firstPage;
        physical = new PhysicalAddress(_frames[offset >> Page.Shift] + (offset & (Page.Size - 1)));
        return true;
    }

    /// <summary>Drops the pin. The memory stays the caller's; its physical addresses are worth nothing from then on.</summary>
    public void Dispose() => _pin.Dispose();
}
