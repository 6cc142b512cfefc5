using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>A shared mapping of a machine's RAM, by physical address.</summary>
internal sealed unsafe class RamMapping : IDisposable
{
    private readonly byte* _start;
    private readonly nuint _length;
    private readonly IReadOnlyList<MemoryPiece> _layout;

    public RamMapping(QemuMachine machine)
    {
        _layout = machine.RamLayout;
        _length = (nuint)_layout.Max(static piece => piece.Offset + piece.Length);
        _start = Map(machine.RamDescriptor, _length);
    }

    /// <summary>The bytes at a physical address.</summary>
    public Span<byte> At(ulong physical, int length)
    {
        MemoryPiece piece = _layout.Single(piece => physical >= piece.Start.Value
            && physical - piece.Start.Value + (ulong)length <= piece.Length);
        return new Span<byte>(_start + piece.Offset + (physical - piece.Start.Value), length);
    }

    public void Dispose() => LibC.MUnmap(_start, _length);

    private static byte* Map(SafeFileHandle file, nuint length)
    {
        const int flags = LibC.MAP_SHARED | LibC.MAP_NORESERVE;
        SysResult mapped = LibC.MMap(null, length, LibC.PROT_READ | LibC.PROT_WRITE, flags, (int)file.DangerousGetHandle(), 0);
        Assert.False(mapped.IsError, mapped.ToString());
        return (byte*)mapped.Value;
    }
}
