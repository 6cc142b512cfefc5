using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    // linux/memfd.h
    public const uint MFD_CLOEXEC = 0x0001;
    public const uint MFD_ALLOW_SEALING = 0x0002;
    public const uint MFD_HUGETLB = 0x0004;
    public const uint MFD_HUGE_2MB = 21u << 26;
    public const uint MFD_HUGE_1GB = 30u << 26;

    // linux/fcntl.h
    public const int F_SEAL_SEAL = 0x0001;
    public const int F_SEAL_SHRINK = 0x0002;
    public const int F_SEAL_GROW = 0x0004;
    public const int F_SEAL_FUTURE_WRITE = 0x0010;

    // linux/falloc.h
    public const int FALLOC_FL_KEEP_SIZE = 0x01;
    public const int FALLOC_FL_PUNCH_HOLE = 0x02;

    private const int F_ADD_SEALS = 1033;
    public const int O_RDWR = 2;
    public const int O_NONBLOCK = 0x800;
    private const int O_WRONLY = 1;
    private const int O_CREAT = 0x40;
    private const int O_APPEND = 0x400;
    private const int O_CLOEXEC = 0x80000;

    /// <summary>memfd_create(2).</summary>
    public static SysResult MemFdCreate(string name, uint flags, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("memfd_create", out SysResult injected) ? injected : Result(memfd_create(name, flags));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>ftruncate(2).</summary>
    public static SysResult FTruncate(SafeFileHandle descriptor, long length) =>
        Fails("ftruncate", out SysResult injected) ? injected : Result(ftruncate(descriptor, length));

    /// <summary>fallocate(2).</summary>
    public static SysResult FAllocate(SafeFileHandle descriptor, int mode, long offset, long length) =>
        Fails("fallocate", out SysResult injected) ? injected : Result(fallocate(descriptor, mode, offset, length));

    /// <summary>fcntl(2), F_ADD_SEALS.</summary>
    public static SysResult AddSeals(SafeFileHandle descriptor, int seals) =>
        Fails("fcntl", out SysResult injected) ? injected : Result(fcntl(descriptor, F_ADD_SEALS, seals));

    /// <summary>open(2), read only, close-on-exec.</summary>
    public static SysResult OpenForReading(string path, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("open", out SysResult injected) ? injected : Result(open(path, O_CLOEXEC, 0));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>open(2), for reading and writing, close-on-exec.</summary>
    public static SysResult OpenForWriting(string path, out SafeFileHandle descriptor) => OpenForWriting(path, 0, out descriptor);

    /// <summary>open(2), to write at the end, made where it is missing, close-on-exec.</summary>
    public static SysResult OpenForAppending(string path, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("open", out SysResult injected) ? injected
            : Result(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0x1b6));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>open(2), to read and write without waiting, close-on-exec.</summary>
    public static SysResult OpenDevice(string path, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("open", out SysResult injected) ? injected
            : Result(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>pread(2).</summary>
    public static SysResult PRead(SafeFileHandle descriptor, void* buffer, nuint length, long offset) =>
        Fails("pread", out SysResult injected) ? injected : Result(pread(descriptor, buffer, length, offset));

    /// <summary>ioctl(2).</summary>
    public static SysResult IoCtl(SafeFileHandle descriptor, nuint request, void* argument) =>
        Fails("ioctl", out SysResult injected) ? injected : Result(ioctl(descriptor, request, argument));

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int ftruncate(SafeFileHandle descriptor, long length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fallocate(SafeFileHandle descriptor, int mode, long offset, long length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int fcntl(SafeFileHandle descriptor, int command, nint argument);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint pread(SafeFileHandle descriptor, void* buffer, nuint length, long offset);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int ioctl(SafeFileHandle descriptor, nuint request, void* argument);
}
