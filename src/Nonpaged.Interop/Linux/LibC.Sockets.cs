using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_XDP = 44;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int SHUT_RDWR = 2;

    /// <summary>A socket of any family (socket(2)). The handle is invalid where that failed.</summary>
    public static SysResult Socket(int family, int type, int protocol, out SafeFileHandle handle)
    {
        SysResult result = Fails("socket", out SysResult injected) ? injected : Result(socket(family, type, protocol));
        handle = new SafeFileHandle(result.IsError ? -1 : result.AsInt32, ownsHandle: true);
        return result;
    }

    /// <summary>Two connected stream sockets without a name, both CLOEXEC (socketpair(2)).</summary>
    public static SysResult SocketPair(out SafeFileHandle one, out SafeFileHandle other)
    {
        int* pair = stackalloc int[2];
        SysResult result = Fails("socketpair", out SysResult injected) ? injected
            : Result(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
        (one, other) = Handles(result, pair);
        return result;
    }

    /// <summary>Sends as many of the bytes as fit; a peer that is gone is EPIPE and no signal (send(2)).</summary>
    public static SysResult Send(SafeFileHandle socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            return Fails("send", out SysResult injected) ? injected
                : Result(send(socket, pointer, (nuint)data.Length, MSG_NOSIGNAL));
        }
    }

    /// <summary>Receives what is there, waiting for the first byte. 0 is the end (recv(2)).</summary>
    public static SysResult Recv(SafeFileHandle socket, Span<byte> data) => Recv(socket, data, 0);

    /// <summary>Receives what is there; EAGAIN where that is nothing. 0 is the end (recv(2), MSG_DONTWAIT).</summary>
    public static SysResult RecvAtOnce(SafeFileHandle socket, Span<byte> data) => Recv(socket, data, MSG_DONTWAIT);

    /// <summary>Ends both directions; a thread that waits to receive wakes up (shutdown(2)).</summary>
    public static SysResult Shutdown(SafeFileHandle socket) =>
        Fails("shutdown", out SysResult injected) ? injected : Result(shutdown(socket, SHUT_RDWR));

    private static SysResult Recv(SafeFileHandle socket, Span<byte> data, int flags)
    {
        fixed (byte* pointer = data)
        {
            return Fails("recv", out SysResult injected) ? injected : Result(recv(socket, pointer, (nuint)data.Length, flags));
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint send(SafeFileHandle socket, byte* data, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial nint recv(SafeFileHandle socket, byte* data, nuint length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int shutdown(SafeFileHandle socket, int how);
}
