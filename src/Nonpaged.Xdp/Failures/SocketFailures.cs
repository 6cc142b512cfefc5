using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>Why a socket, its memory or its rings cannot be made, in words that help.</summary>
internal static class SocketFailures
{
    public static XdpFailure Socket(Errno errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => new(
            XdpFailureKind.Permission, "socket(AF_XDP)", "AF_XDP sockets need CAP_NET_RAW, which this process lacks.",
            Capabilities.Describe(Capabilities.NetRaw), Capabilities.Grant("net_raw"))
        { Errno = (int)errno },
        Errno.EAFNOSUPPORT => new(
            XdpFailureKind.NotSupported, "socket(AF_XDP)", "This kernel has no AF_XDP.",
            "the kernel's configuration (CONFIG_XDP_SOCKETS), or a seccomp filter",
            "run a kernel with CONFIG_XDP_SOCKETS, as Debian's and Ubuntu's have it")
        { Errno = (int)errno },
        Errno.EMFILE or Errno.ENFILE => NoDescriptor("socket(AF_XDP)", errno),
        _ => Other("socket(AF_XDP)", "The socket cannot be opened", errno),
    };

    public static XdpFailure Memory(Errno errno, XdpFramePool frames)
    {
        const string step = "setsockopt(XDP_UMEM_REG)";
        long bytes = (long)frames.Count * frames.FrameSize;
        switch (errno)
        {
            case Errno.ENOBUFS:
                SysResult asked = LibC.GetRLimit(LibC.RLIMIT_MEMLOCK, out ulong soft, out _);
                return new XdpFailure(
                    XdpFailureKind.MemoryLock, step, $"The kernel may not pin {bytes} bytes of frames for this user.",
                    $"RLIMIT_MEMLOCK is {(asked.IsError ? "not known" : $"{soft} bytes")}, less what the user's processes have "
                        + "pinned already",
                    $"ulimit -l unlimited (as root, or \"* - memlock unlimited\" in /etc/security/limits.conf and a new login); "
                        + $"or fewer frames ({nameof(XdpFramePoolOptions)}.{nameof(XdpFramePoolOptions.Count)}); "
                        + $"or {Capabilities.Grant("ipc_lock")}")
                { Errno = (int)errno };
            case Errno.ENOMEM:
                return NoMemory(step, errno);
            case Errno.EINVAL when frames.Options.TransmitMetadata:
                return new XdpFailure(
                    XdpFailureKind.NotSupported, step, "This kernel takes no metadata of frames to be sent.",
                    "Linux before 6.8, or 6.11 for its own flag",
                    $"run Linux 6.11 or later, or leave {nameof(XdpFramePoolOptions.TransmitMetadata)} out")
                { Errno = (int)errno };
            case Errno.EINVAL:
                return new XdpFailure(
                    XdpFailureKind.Memory, step, $"The kernel does not take frames of {frames.FrameSize} bytes like these.",
                    $"{frames.Count} frames, headroom {frames.Options.Headroom}, "
                        + $"{(frames.Options.Unaligned ? "unaligned" : "aligned")}",
                    "frames of 2048 or 4096 bytes without headroom")
                { Errno = (int)errno };
            default:
                return Other(step, "The frames' memory cannot be registered", errno);
        }
    }

    public static XdpFailure Rings(Errno errno, string step) => errno switch
    {
        Errno.ENOMEM or Errno.ENOBUFS => NoMemory(step, errno),
        Errno.EINVAL => new(
            XdpFailureKind.Kernel, step, "The kernel does not take a ring of so many entries.",
            "a power of two, and memory for it", "fewer entries")
        { Errno = (int)errno },
        _ => Other(step, "A ring cannot be made", errno),
    };

    public static XdpFailure Option(Errno errno, string option, int value) => errno switch
    {
        Errno.EPERM => new(
            XdpFailureKind.Permission, option, $"{option} of {value} needs CAP_NET_ADMIN, which this process lacks.",
            Capabilities.Describe(Capabilities.NetAdmin), Capabilities.Grant("net_admin"))
        { Errno = (int)errno },
        Errno.ENOPROTOOPT or Errno.EOPNOTSUPP => new(
            XdpFailureKind.NotSupported, option, $"This kernel has no {option}.", "Linux is too old for it", "leave it out")
        { Errno = (int)errno },
        Errno.EMFILE or Errno.ENFILE => NoDescriptor(option, errno),
        _ => Other(option, $"{option} failed", errno),
    };

    public static XdpFailure NoDescriptor(string step, Errno errno) => new(
        XdpFailureKind.Descriptors, step, $"There is no descriptor left ({errno}).",
        errno == Errno.EMFILE ? "descriptors of the process (ulimit -n)" : "descriptors of the whole machine (fs.file-max)",
        errno == Errno.EMFILE ? "ulimit -n 65536" : "sysctl -w fs.file-max=1000000")
    { Errno = (int)errno };

    public static XdpFailure NoMemory(string step, Errno errno) => new(
        XdpFailureKind.OutOfMemory, step, $"The kernel has no memory for it ({errno}).",
        "the host's memory, or the control group's (memory.max)", "end other programs, or raise the limit; or ask for less")
    { Errno = (int)errno };

    public static XdpFailure Other(string step, string reason, Errno errno) => new(
        XdpFailureKind.Kernel, step, $"{reason} ({errno}).", $"the kernel's answer, {errno} ({(int)errno})",
        "none is known: dmesg may tell more")
    { Errno = (int)errno };
}
