using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

/// <summary>The C library's system call wrappers, one method each. A method adds nothing to its call but the reading of errno.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    private static bool Fails(string call, out SysResult result) => SystemCallHook.Fails(call, out result);

    private static SysResult Result(nint value) => value == -1 ? SysResult.Failed((Errno)Marshal.GetLastPInvokeError()) : new SysResult(value);
}
