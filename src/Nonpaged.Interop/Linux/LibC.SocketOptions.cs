using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

// Sockets that have neither names nor streams: socket(7), packet(7), netlink(7).
internal static unsafe partial class LibC
{
    public const int AF_NETLINK = 16;

    /// <summary>SYS_sendto (asm/unistd.h), which is another number on each architecture.</summary>
    public static nint SendToNumber => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 44 : 206;

    /// <summary>setsockopt(2).</summary>
    public static SysResult SetSockOpt(SafeFileHandle socket, int level, int option, void* value, uint length) =>
        Fails("setsockopt", out SysResult injected) ? injected : Result(setsockopt(socket, level, option, value, length));

    /// <summary>getsockopt(2), where the answer's length is known.</summary>
    public static SysResult GetSockOpt(SafeFileHandle socket, int level, int option, void* value, uint length)
    {
        new Span<byte>(value, (int)length).Clear();
        return Fails("getsockopt", out SysResult injected) ? injected : Result(getsockopt(socket, level, option, value, &length));
    }

    /// <summary>bind(2).</summary>
    public static SysResult Bind(SafeFileHandle socket, void* address, uint length) =>
        Fails("bind", out SysResult injected) ? injected : Result(bind(socket, address, length));

    /// <summary>Receives nothing, without waiting, which has a driver look at its ring (recvfrom(2), af_xdp.rst).</summary>
    public static SysResult ReceiveNothing(SafeFileHandle socket) =>
        Fails("recvfrom", out SysResult injected) ? injected : Result(recvfrom(socket, null, 0, MSG_DONTWAIT, null, null));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int setsockopt(SafeFileHandle socket, int level, int option, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int getsockopt(SafeFileHandle socket, int level, int option, void* value, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int bind(SafeFileHandle socket, void* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint recvfrom(
        SafeFileHandle socket, void* data, nuint length, int flags, void* address, uint* addressLength);
}
