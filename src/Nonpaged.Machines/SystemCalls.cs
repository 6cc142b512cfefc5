using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Machines;

/// <summary>How a machine reports that a system call failed.</summary>
internal static class SystemCalls
{
    /// <exception cref="MachineException">The call failed.</exception>
    public static void Check(SysResult result, string call)
    {
        if (!result.IsError) return;
        throw new MachineException(
            $"{call} failed: {Marshal.GetPInvokeErrorMessage((int)result.Errno)} ({result.Errno}).",
            "See the limits of this process: ulimit -a; cat /proc/self/limits.");
    }
}
