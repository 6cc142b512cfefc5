using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const int F_DUPFD_CLOEXEC = 1030;

    /// <summary>A pipe, both ends CLOEXEC (pipe2(2)).</summary>
    public static SysResult Pipe(out SafeFileHandle readEnd, out SafeFileHandle writeEnd)
    {
        var pair = stackalloc int[2];
        var result = Fails("pipe2", out SysResult injected) ? injected : Result(pipe2(pair, O_CLOEXEC));
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
        var result = Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_DUPFD_CLOEXEC, lowest));
        duplicate = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    private static (SafeFileHandle First, SafeFileHandle Second) Handles(SysResult result, int* pair) => result.IsError
        ? (new SafeFileHandle(-1, ownsHandle: false), new SafeFileHandle(-1, ownsHandle: false))
        : (new SafeFileHandle(pair[0], ownsHandle: true), new SafeFileHandle(pair[1], ownsHandle: true));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int pipe2(int* pair, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint read(SafeFileHandle descriptor, byte* data, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint write(SafeFileHandle descriptor, byte* data, nuint length);
}
