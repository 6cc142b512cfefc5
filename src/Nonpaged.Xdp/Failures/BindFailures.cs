using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>Why a socket cannot be bound to a queue, in words that help.</summary>
internal static class BindFailures
{
    private const string Step = "bind";

    /// <exception cref="XdpException">It can be told beforehand that it will not work.</exception>
    public static void ThrowIfImpossible(XdpInterface on, int queue, XdpSocketOptions options, XdpFramePool frames)
    {
        if (!on.IsUp) throw new XdpException(Down(on));
        if (queue >= on.Queues) throw new XdpException(NoQueue(on, queue));
        int room = (int)frames.FrameSize - AfXdp.PacketHeadroom - frames.Options.Headroom;
        // The Ethernet header and one VLAN tag are not in the MTU.
        int longest = on.Mtu + 18;
        if (options is { MultiBuffer: false, ReceiveEntries: > 0 } && longest > room)
            throw new XdpException(TooShort(on, longest, room, frames));
    }

    public static XdpFailure Of(Errno errno, XdpInterface on, int queue, XdpSocketOptions options) => errno switch
    {
        Errno.EBUSY => new(
            XdpFailureKind.QueueBusy, Step, $"Queue {queue} of {on.Name} has a socket already (EBUSY).",
            $"one socket for each queue; tried again for {options.BindPatience.TotalSeconds:0.#} s",
            "take another queue, or end the process that has this one: ss --xdp -p")
        { Errno = (int)errno },
        Errno.ENETDOWN => Down(on),
        Errno.ENODEV => NoInterface(on.Name),
        Errno.EOPNOTSUPP or Errno.EINVAL when options.CopyMode == XdpCopyMode.ZeroCopy => new(
            XdpFailureKind.NoZeroCopy, Step, $"The driver of {on.Name} ({on.Driver}) cannot work without copying ({errno}).",
            "the driver, and its settings of this queue",
            $"{nameof(XdpSocketOptions.CopyMode)} Any or Copy; docs/xdp.md lists drivers that can")
        { Errno = (int)errno },
        Errno.EOPNOTSUPP or Errno.EINVAL when options.MultiBuffer => new(
            XdpFailureKind.NotSupported, Step, $"Packets of several frames are not possible on {on.Name} ({errno}).",
            "Linux before 6.6, or the driver (xdp-features rx-sg)",
            $"leave {nameof(XdpSocketOptions.MultiBuffer)} out, and lower the MTU: ip link set {on.Name} mtu 1500")
        { Errno = (int)errno },
        Errno.EINVAL => new(
            XdpFailureKind.Kernel, Step, $"The kernel does not bind to queue {queue} of {on.Name} (EINVAL).",
            "the queue is not in use any more, or has other memory", $"look at the queues: ethtool -l {on.Name}")
        { Errno = (int)errno },
        Errno.EPERM or Errno.EACCES => new(
            XdpFailureKind.Permission, Step, "This process may not bind an AF_XDP socket.",
            Capabilities.Describe(Capabilities.NetRaw), Capabilities.Grant("net_raw"))
        { Errno = (int)errno },
        Errno.ENOMEM => SocketFailures.NoMemory(Step, errno),
        _ => SocketFailures.Other(Step, $"The socket cannot be bound to queue {queue} of {on.Name}", errno),
    };

    public static XdpFailure NoInterface(string name) => new(
        XdpFailureKind.NoInterface, "netlink(RTM_GETLINK)", $"There is no network interface \"{name}\" here.",
        "the interfaces of this process's network namespace", "ip link shows them; ip netns exec NAME COMMAND enters another one")
    { Errno = (int)Errno.ENODEV };

    public static XdpFailure Down(XdpInterface on) => new(
        XdpFailureKind.InterfaceDown, Step, $"{on.Name} is down.", "the interface's state (IFF_UP)", $"ip link set {on.Name} up")
    { Errno = (int)Errno.ENETDOWN };

    private static XdpFailure NoQueue(XdpInterface on, int queue) => new(
        XdpFailureKind.NoQueue, Step, $"{on.Name} has no queue {queue}.", $"it has {on.Queues}, from 0 on (ethtool -l {on.Name})",
        on.MostQueues > queue ? $"ethtool -L {on.Name} {on.ChannelWord} {queue + 1}" : $"take a queue below {on.Queues}")
    { Errno = (int)Errno.EINVAL };

    private static XdpFailure TooShort(XdpInterface on, int longest, int room, XdpFramePool frames) => new(
        XdpFailureKind.FrameTooShort, Step, $"Frames of {on.Name} may be longer than those of the pool, and would be dropped.",
        $"up to {longest} bytes (MTU {on.Mtu}); a frame of {frames.FrameSize} bytes has room for {room}",
        longest <= 4096 - AfXdp.PacketHeadroom - frames.Options.Headroom
            ? $"{nameof(XdpFramePoolOptions.FrameSize)} = 4096, or ip link set {on.Name} mtu {room - 18}"
            : $"{nameof(XdpSocketOptions.MultiBuffer)} = true, or ip link set {on.Name} mtu {room - 18}");
}
