using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    /// <summary>Linux's number of SIGKILL (signal(7)).</summary>
    public const int SIGKILL = 9;

    /// <summary>Linux's number of SIGTERM.</summary>
    public const int SIGTERM = 15;

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

    /// <summary>The kernel's number of the calling thread (gettid(2)).</summary>
    public static int GetThreadId() => gettid();

    /// <summary>Sends a signal to one thread of this process, or with signal 0 only looks whether it is there: ESRCH where it has ended (tgkill(2)).</summary>
    public static SysResult KillThread(int thread, int signal) =>
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
    private static partial int access(byte* path, int mode);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(Library)]
    private static partial int gettid();

    [LibraryImport(Library, SetLastError = true)]
    private static partial int tgkill(int process, int thread, int signal);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
