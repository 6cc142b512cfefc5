using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Prove;

/// <summary>A memory file with none of the pool's precautions: no seals, inherited by a fork, not pinned.</summary>
internal sealed unsafe class UnsealedFile() : Subject("unsealed")
{
    private SafeFileHandle? _file;

    public override IReadOnlyList<string> Files => [$"/proc/self/fd/{_file!.DangerousGetHandle()}"];

    protected override string? TryObtain(nuint length, out byte* start)
    {
        Assert.False(LibC.MemFdCreate("unsealed", LibC.MFD_CLOEXEC, out _file).IsError);
        Assert.False(LibC.FTruncate(_file, (long)length).IsError);
        SysResult mapped = LibC.MMap(
            null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)_file.DangerousGetHandle(), 0);
        Assert.False(mapped.IsError);
        start = (byte*)mapped.Value;
        return null;
    }

    public override void Release()
    {
        if (_file is null) return;
        LibC.MUnmap(Start, Length);
        _file.Dispose();
        _file = null;
    }
}
