using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>A child of fork(2) that does nothing but sleep(3); then it ends.</summary>
internal static unsafe class Sleeper
{
    private const int Stack = 32 << 10;

    /// <summary>
    /// Forks it. It shares no memory with this process but what fork shares, and runs the C library's function on a
    /// stack of its own: no managed code. The value is its process id.
    /// </summary>
    public static SysResult Fork(int seconds)
    {
        // The child has a copy of this memory, so that it may lie on the parent's stack. Stacks grow down.
        byte* stack = stackalloc byte[Stack];
        nint sleep = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "sleep");
        return LibC.Clone(sleep, stack + Stack, LibC.SIGCHLD, seconds);
    }
}
