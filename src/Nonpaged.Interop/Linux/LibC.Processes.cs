using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    /// <summary>Linux's number of SIGKILL (signal(7)).</summary>
    public const int SIGKILL = 9;

    /// <summary>Linux's number of SIGTERM.</summary>
    public const int SIGTERM = 15;

    /// <summary>Linux's number of SIGCHLD.</summary>
    public const int SIGCHLD = 17;

    public const int X_OK = 1;
    public const int R_OK = 4;
    public const int W_OK = 2;

    /// <summary>waitpid(2): return at once where no child has ended.</summary>
    public const int WNOHANG = 1;

    /// <summary>Waits for a child. 0 where <see cref="WNOHANG"/> was given and it still runs; the status is wait(2)'s.</summary>
    public static SysResult WaitPid(int pid, out int status, int options)
    {
        fixed (int* pointer = &status)
        {
            return Fails("waitpid", out SysResult injected) ? injected : Result(waitpid(pid, pointer, options));
        }
    }

    /// <summary>Sends a signal to one process: the id must be positive, since 0 and below mean groups (kill(2)).</summary>
    public static SysResult Kill(int pid, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid);
        return Fails("kill", out SysResult injected) ? injected : Result(kill(pid, signal));
    }

    /// <summary>
    /// clone(2), as the C library wraps it: a child that runs this function, with the argument, on this stack, whose highest
    /// address is given. No managed code may run in it, since the runtime's threads are not. The value is its process id.
    /// </summary>
    public static SysResult Clone(nint function, void* stack, int flags, nint argument) =>
        Fails("clone", out SysResult injected) ? injected : Result(clone(function, stack, flags, argument));

    /// <summary>
    /// process_vm_writev(2), of one range: writes into another process's memory, with the page faults of a write by itself.
    /// EFAULT where it has no memory at the address.
    /// </summary>
    public static SysResult ProcessVmWriteV(int pid, void* address, void* source, nuint length)
    {
        var local = new IoUring.IoVector { Base = source, Length = length };
        var remote = new IoUring.IoVector { Base = address, Length = length };
        return Fails("process_vm_writev", out SysResult injected) ? injected
            : Result(process_vm_writev(pid, &local, 1, &remote, 1, 0));
    }

    /// <summary>The kernel's number of the calling thread (gettid(2)).</summary>
    public static int GetTid() => gettid();

    /// <summary>How long the calling thread has used a processor (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID).</summary>
    public static TimeSpan GetThreadTime()
    {
        const int CLOCK_THREAD_CPUTIME_ID = 3;
        // struct timespec: seconds and nanoseconds.
        long* time = stackalloc long[2];
        _ = clock_gettime(CLOCK_THREAD_CPUTIME_ID, time);
        return TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / TimeSpan.NanosecondsPerTick));
    }

    /// <summary>Sends a signal to one thread of another process (tgkill(2)).</summary>
    public static SysResult TgKill(int process, int thread, int signal) =>
        Result(tgkill(process, thread, signal));

    /// <summary>
    /// Sends a signal to one thread of this process, or with signal 0 only looks whether it is there: ESRCH
    /// where it has ended (tgkill(2)).
    /// </summary>
    public static SysResult TgKill(int thread, int signal) =>
        Fails("tgkill", out SysResult injected) ? injected : Result(tgkill(Environment.ProcessId, thread, signal));

    /// <summary>Succeeds where this process may execute the file (access(2)).</summary>
    public static SysResult AccessToExecute(string path)
    {
        if (Fails("access", out SysResult injected)) return injected;
        using var file = new CStringArray([path]);
        return Result(access(file.Pointer[0], X_OK));
    }

    /// <summary>Succeeds where this process may read and write the file, which is not opened (access(2)).</summary>
    public static SysResult AccessToUse(string path)
    {
        if (Fails("access", out SysResult injected)) return injected;
        using var file = new CStringArray([path]);
        return Result(access(file.Pointer[0], R_OK | W_OK));
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int clone(nint function, void* stack, int flags, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint process_vm_writev(
        int pid, IoUring.IoVector* local, nuint localCount, IoUring.IoVector* remote, nuint remoteCount, nuint flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int access(byte* path, int mode);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(Library)]
    private static partial int gettid();

    [LibraryImport(Library)]
    private static partial int clock_gettime(int clock, long* time);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int tgkill(int process, int thread, int signal);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
