using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>epoll(7): one thread waits for many descriptors. A method adds nothing to its call.</summary>
internal static unsafe partial class Epoll
{
    // sys/epoll.h
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;
    public const uint EPOLLIN = 0x001;
    public const uint EPOLLONESHOT = 1u << 30;

    /// <summary>epoll_create1(2), close-on-exec.</summary>
    public static SysResult Create(out SafeFileHandle epoll)
    {
        SysResult result = SystemCallHook.Fails("epoll_create1", out SysResult injected) ? injected
            : Result(epoll_create1(EPOLL_CLOEXEC));
        epoll = new SafeFileHandle(result.IsError ? -1 : result.AsInt32, ownsHandle: true);
        return result;
    }

    /// <summary>epoll_ctl(2): adds, changes or removes a descriptor.</summary>
    public static SysResult Control(SafeFileHandle epoll, int operation, SafeFileHandle descriptor, uint events, ulong data)
    {
        if (SystemCallHook.Fails("epoll_ctl", out SysResult injected)) return injected;
        var value = new Event { Events = events, Data = data };
        return Result(epoll_ctl(epoll, operation, descriptor, &value));
    }

    /// <summary>epoll_wait(2). The value is how many events there are: 0 after the time, -1 for no limit.</summary>
    public static SysResult Wait(SafeFileHandle epoll, Span<Event> events, int milliseconds)
    {
        if (SystemCallHook.Fails("epoll_wait", out SysResult injected)) return injected;
        fixed (Event* pointer = events) return Result(epoll_wait(epoll, pointer, events.Length, milliseconds));
    }

    private static SysResult Result(nint value) =>
        value == -1 ? SysResult.Failed((Errno)Marshal.GetLastPInvokeError()) : new SysResult(value);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(SafeFileHandle epoll, int operation, SafeFileHandle descriptor, Event* value);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(SafeFileHandle epoll, Event* events, int count, int milliseconds);

    /// <summary>struct epoll_event, which is packed on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Event
    {
        public uint Events;
        public ulong Data;
    }
}
