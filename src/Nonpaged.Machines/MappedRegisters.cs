using Nonpaged.Interop;

namespace Nonpaged.Machines;

/// <summary>
/// A base address register of memory, mapped. When the hardware is taken away, memory of ones takes its place, so that who still
/// has a window reads what a card that was pulled out gives; the mapping goes when no window is left.
/// </summary>
internal sealed unsafe class MappedRegisters
{
    private readonly nuint _start;
    private readonly nuint _length;

    /// <param name="start">Where it is mapped: whole pages.</param>
    /// <param name="length">How much is mapped, in bytes.</param>
    public MappedRegisters(nuint start, nuint length)
    {
        _start = start;
        _length = Page.RoundUp(length, Page.Size);
    }

    ~MappedRegisters() => LibC.MUnmap((void*)_start, _length);

    public byte* Start => (byte*)_start;

    public void Detach()
    {
        // Where there is no memory for it, the mapping of the device stays: it reads as ones by itself when it is gone.
        SysResult replaced = LibC.MMap(
            (void*)_start, _length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_FIXED, -1,
            0);
        if (!replaced.IsError) new Span<byte>((void*)_start, (int)nuint.Min(_length, int.MaxValue)).Fill(0xff);
    }
}
