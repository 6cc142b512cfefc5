using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// The file is mapped once more, and overwritten there: at once, or by a mapping that becomes writable later (mprotect(2)).
/// </summary>
internal sealed unsafe class SecondMapping() : FileAttack("second-mapping")
{
    protected override SysResult On(SafeFileHandle file, long length)
    {
        SysResult mapped = Map(file, length, LibC.PROT_READ | LibC.PROT_WRITE);
        if (!mapped.IsError) return Overwrite(mapped, length);
        SysResult readOnly = Map(file, length, LibC.PROT_READ);
        if (readOnly.IsError) return readOnly;
        SysResult widened = LibC.MProtect((void*)readOnly.Value, (nuint)length, LibC.PROT_READ | LibC.PROT_WRITE);
        if (!widened.IsError) return Overwrite(readOnly, length);
        LibC.MUnmap((void*)readOnly.Value, (nuint)length);
        return mapped;
    }

    private static SysResult Map(SafeFileHandle file, long length, int protection) =>
        LibC.MMap(null, (nuint)length, protection, LibC.MAP_SHARED, (int)file.DangerousGetHandle(), 0);

    private static SysResult Overwrite(SysResult mapped, long length)
    {
        new Span<byte>((void*)mapped.Value, (int)long.Min(length, int.MaxValue)).Clear();
        return LibC.MUnmap((void*)mapped.Value, (nuint)length);
    }
}
