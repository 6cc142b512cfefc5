using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>The calls by which a process, or another one of the same user, may move memory or take it away.</summary>
internal static unsafe partial class LibC
{
    // mman-common.h
    public const int MADV_DONTNEED = 4;
    public const int MADV_REMOVE = 9;
    public const int MADV_NOHUGEPAGE = 15;
    public const int MADV_PAGEOUT = 21;
    public const int MAP_HUGETLB = 0x40000;
    public const int MAP_HUGE_2MB = 21 << 26;

    private const int SIGCHLD = 17;
    private const int SleeperStack = 32 << 10;

    /// <summary>open(2), for reading and writing, close-on-exec.</summary>
    public static SysResult OpenForWriting(string path, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("open", out SysResult injected) ? injected : Result(open(path, O_RDWR | O_CLOEXEC, 0));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>fallocate(2), FALLOC_FL_PUNCH_HOLE: takes the pages out of the file, which keeps its length.</summary>
    public static SysResult PunchHole(SafeFileHandle descriptor, long offset, long length) =>
        Allocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);

    /// <summary>
    /// Forks a child that shares no memory with this process but what fork shares, and does nothing but sleep(3); then it ends. The value is
    /// its process id. The child runs the C library's function on a stack of its own: the runtime's threads are not in it, so no managed
    /// code may run there (clone(2)).
    /// </summary>
    public static SysResult ForkSleeper(int seconds)
    {
        // The child has a copy of this memory, so that it may lie on the parent's stack. Stacks grow down.
        byte* stack = stackalloc byte[SleeperStack];
        nint sleep = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "sleep");
        return Fails("clone", out SysResult injected) ? injected : Result(clone(sleep, stack + SleeperStack, SIGCHLD, seconds));
    }

    /// <summary>
    /// process_vm_writev(2): writes into another process's memory, with the page faults of a write by itself. EFAULT where it has no memory at
    /// the address.
    /// </summary>
    public static SysResult WriteMemoryOf(int pid, void* address, void* source, nuint length)
    {
        var local = new IoUring.IoVector { Base = source, Length = length };
        var remote = new IoUring.IoVector { Base = address, Length = length };
        return Fails("process_vm_writev", out SysResult injected) ? injected : Result(process_vm_writev(pid, &local, 1, &remote, 1, 0));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int clone(nint function, void* stack, int flags, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint process_vm_writev(int pid, IoUring.IoVector* local, nuint localCount, IoUring.IoVector* remote, nuint remoteCount, nuint flags);
}
