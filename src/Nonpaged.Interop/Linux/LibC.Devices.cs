using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    // asm-generic/fcntl.h
    public const int O_SYNC = 0x101000;
    public const short F_WRLCK = 1;

    public const int F_OFD_SETLK = 37;

    // sys/file.h
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    /// <summary>open(2), for reading and writing, close-on-exec, with these flags beside.</summary>
    public static SysResult OpenForWriting(string path, int flags, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("open", out SysResult injected) ? injected : Result(open(path, O_RDWR | O_CLOEXEC | flags, 0));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>
    /// flock(2), exclusive and without waiting: EAGAIN where another has it. Held by the open file description, copies included.
    /// </summary>
    public static SysResult FLock(SafeFileHandle descriptor) =>
        Fails("flock", out SysResult injected) ? injected : Result(flock(descriptor, LOCK_EX | LOCK_NB));

    /// <summary>
    /// fcntl(2), F_OFD_SETLK: a range of a file for this open file description alone. EAGAIN where another has some of it.
    /// </summary>
    public static SysResult LockRange(SafeFileHandle descriptor, ulong start, ulong length)
    {
        var range = new FileLock { Type = F_WRLCK, Start = (long)start, Length = (long)length };
        return Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_OFD_SETLK, (nint)(&range)));
    }

    /// <summary>lseek(2), SEEK_SET.</summary>
    public static SysResult LSeek(SafeFileHandle descriptor, long offset) =>
        Fails("lseek", out SysResult injected) ? injected : Result(lseek(descriptor, offset, 0));

    /// <summary>struct flock.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int flock(SafeFileHandle descriptor, int operation);
}
