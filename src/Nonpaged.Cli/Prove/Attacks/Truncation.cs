using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>The file is cut off (ftruncate(2)).</summary>
internal sealed class Truncation() : FileAttack("truncate")
{
    protected override SysResult On(SafeFileHandle file, long length)
    {
        SysResult cut = LibC.FTruncate(file, 0);
        // Made long again, so that looking at what is left does not end in SIGBUS.
        return cut.IsError ? cut : LibC.FTruncate(file, length);
    }
}
