using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

/// <summary>
/// The C library's system call wrappers, one method each. A method adds nothing to its call but the reading of errno,
/// and has its name: FAllocate is fallocate(2). What a call takes in a flag or a command follows the name or is it, as
/// in OpenForReading and AddSeals (fcntl(2), F_ADD_SEALS).
/// </summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    private static bool Fails(string call, out SysResult result) => SystemCallHook.Fails(call, out result);

    private static SysResult Result(nint value) =>
        value == -1 ? SysResult.Failed((Errno)Marshal.GetLastPInvokeError()) : new SysResult(value);
}
