using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// Whether frames can still come. When its interface goes, poll(2) and epoll(7) say nothing of a socket, and a wait would never
/// end; a call that receives nothing is answered (xsk_recvmsg).
/// </summary>
internal static class SocketHealth
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public static XdpFailure? Ask(SafeFileHandle socket, XdpInterface on) => LibC.ReceiveNothing(socket).Errno switch
    {
        Errno.ENETDOWN => BindFailures.Down(on) with { Step = "recvfrom" },
        Errno.ENXIO => BindFailures.NoInterface(on.Name) with { Step = "recvfrom", Errno = (int)Errno.ENXIO },
        _ => null,
    };
}
