using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const int F_DUPFD_CLOEXEC = 1030;

    // linux/fcntl.h, linux/splice.h, asm-generic/ioctls.h
    public const uint SPLICE_F_NONBLOCK = 2;
    private const int F_GETFD = 1;
    private const int F_SETFD = 2;
    private const int FD_CLOEXEC = 1;
    private const int F_SETPIPE_SZ = 1031;
    private const int F_GETPIPE_SZ = 1032;
    private const nuint FIONREAD = 0x541B;

    /// <summary>A pipe, both ends CLOEXEC (pipe2(2)).</summary>
    public static SysResult Pipe2(out SafeFileHandle readEnd, out SafeFileHandle writeEnd)
    {
        int* pair = stackalloc int[2];
        SysResult result = Fails("pipe2", out SysResult injected) ? injected : Result(pipe2(pair, O_CLOEXEC));
        (readEnd, writeEnd) = Handles(result, pair);
        return result;
    }

    /// <summary>Reads what is there, waiting for the first byte. 0 is the end (read(2)).</summary>
    public static SysResult Read(SafeFileHandle descriptor, Span<byte> data)
    {
        fixed (byte* pointer = data)
        {
            return Fails("read", out SysResult injected) ? injected : Result(read(descriptor, pointer, (nuint)data.Length));
        }
    }

    /// <summary>Reads into memory that does not move (read(2)).</summary>
    public static SysResult Read(SafeFileHandle descriptor, byte* data, nuint length) =>
        Fails("read", out SysResult injected) ? injected : Result(read(descriptor, data, length));

    /// <summary>
    /// Writes as many of the bytes as fit; the runtime ignores SIGPIPE, so that a reader that is gone is EPIPE (write(2)).
    /// </summary>
    public static SysResult Write(SafeFileHandle descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            return Fails("write", out SysResult injected) ? injected : Result(write(descriptor, pointer, (nuint)data.Length));
        }
    }

    /// <summary>
    /// A second descriptor of the same file, CLOEXEC, with the lowest free number from <paramref name="lowest"/> up (fcntl(2)).
    /// </summary>
    public static SysResult DuplicateAbove(SafeFileHandle descriptor, int lowest, out SafeFileHandle duplicate)
    {
        SysResult result = Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_DUPFD_CLOEXEC, lowest));
        duplicate = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>fcntl(2), F_GETFD: the descriptor's flags, or EBADF where it is not open.</summary>
    public static SysResult GetDescriptorFlags(SafeFileHandle descriptor) =>
        Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_GETFD, 0));

    /// <summary>fcntl(2), F_SETFD: whether the descriptor is closed by execve(2).</summary>
    public static SysResult SetCloseOnExec(SafeFileHandle descriptor, bool closes) =>
        Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_SETFD, closes ? FD_CLOEXEC : 0));

    /// <summary>
    /// fcntl(2), F_SETPIPE_SZ: how many bytes a pipe holds, a page for each slot. The value is what it became: a power of two.
    /// </summary>
    public static SysResult SetPipeSize(SafeFileHandle pipe, int bytes) =>
        Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(pipe, F_SETPIPE_SZ, bytes));

    /// <summary>fcntl(2), F_GETPIPE_SZ.</summary>
    public static SysResult GetPipeSize(SafeFileHandle pipe) =>
        Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(pipe, F_GETPIPE_SZ, 0));

    /// <summary>ioctl(2), FIONREAD: how many bytes are in a pipe, asked at either end.</summary>
    public static SysResult BytesIn(SafeFileHandle pipe)
    {
        int bytes = 0;
        SysResult asked = IoCtl(pipe, FIONREAD, &bytes);
        return asked.IsError ? asked : new SysResult(bytes);
    }

    /// <summary>splice(2), without waiting: a file's pages into a pipe. The value is how many bytes moved.</summary>
    public static SysResult Splice(SafeFileHandle file, long offset, SafeFileHandle pipe, nuint length) =>
        Fails("splice", out SysResult injected) ? injected : Result(splice(file, &offset, pipe, null, length, SPLICE_F_NONBLOCK));

    /// <summary>
    /// vmsplice(2), without waiting: the pages that ranges of memory lie in into a pipe. The value is how many bytes moved.
    /// </summary>
    public static SysResult VmSplice(SafeFileHandle pipe, ReadOnlySpan<IoUring.IoVector> ranges)
    {
        fixed (IoUring.IoVector* first = ranges)
        {
            return Fails("vmsplice", out SysResult injected) ? injected
                : Result(vmsplice(pipe, first, (nuint)ranges.Length, SPLICE_F_NONBLOCK));
        }
    }

    private static (SafeFileHandle First, SafeFileHandle Second) Handles(SysResult result, int* pair) => result.IsError
        ? (new SafeFileHandle(-1, ownsHandle: false), new SafeFileHandle(-1, ownsHandle: false))
        : (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true));

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint splice(
        SafeFileHandle input, long* inputOffset, SafeFileHandle output, long* outputOffset, nuint length, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint vmsplice(SafeFileHandle pipe, IoUring.IoVector* vectors, nuint count, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int pipe2(int* pair, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint read(SafeFileHandle descriptor, byte* data, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint write(SafeFileHandle descriptor, byte* data, nuint length);
}
