using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    // sys/eventfd.h
    public const int EFD_NONBLOCK = 0x800;
    public const int EFD_CLOEXEC = 0x80000;

    // asm-generic/poll.h
    public const short POLLIN = 0x0001;
    public const short POLLERR = 0x0008;

    /// <summary>
    /// eventfd(2): a counter, 0 at first, that a read takes and a write adds to. CLOEXEC; a read of 0 gives EAGAIN.
    /// </summary>
    public static SysResult EventFd(out SafeFileHandle descriptor)
    {
        SysResult result = Fails("eventfd", out SysResult injected) ? injected : Result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>
    /// poll(2): waits for one of these to be ready. The value is how many are; 0 after the time in milliseconds, -1 for no limit.
    /// </summary>
    public static SysResult Poll(Span<PollDescriptor> descriptors, int timeout)
    {
        fixed (PollDescriptor* pointer = descriptors)
        {
            return Fails("poll", out SysResult injected) ? injected : Result(poll(pointer, (nuint)descriptors.Length, timeout));
        }
    }

    /// <summary>pwrite(2).</summary>
    public static SysResult PWrite(SafeFileHandle descriptor, void* buffer, nuint length, long offset) =>
        Fails("pwrite", out SysResult injected) ? injected : Result(pwrite(descriptor, buffer, length, offset));

    /// <summary>open(2), for reading without waiting, close-on-exec.</summary>
    public static SysResult OpenForPolling(string path, out SafeFileHandle descriptor)
    {
        SysResult result = Fails("open", out SysResult injected) ? injected : Result(open(path, O_CLOEXEC | O_NONBLOCK, 0));
        descriptor = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>lseek(2), SEEK_END.</summary>
    public static SysResult LSeekToEnd(SafeFileHandle descriptor)
    {
        const int seekEnd = 2;
        return Fails("lseek", out SysResult injected) ? injected : Result(lseek(descriptor, 0, seekEnd));
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint pwrite(SafeFileHandle descriptor, void* buffer, nuint length, long offset);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint lseek(SafeFileHandle descriptor, long offset, int whence);
}
