using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>Why a program, or its map, cannot be loaded, in words that help.</summary>
internal static class ProgramFailures
{
    public static XdpFailure Map(Errno errno) => errno is Errno.EPERM or Errno.EACCES
        ? Forbidden("bpf(BPF_MAP_CREATE)", errno)
        : Others("bpf(BPF_MAP_CREATE)", "A map of sockets cannot be made", errno);

    public static XdpFailure Load(Errno errno, string verifier) => errno switch
    {
        Errno.EPERM => Forbidden("bpf(BPF_PROG_LOAD)", errno),
        Errno.EINVAL or Errno.EACCES when verifier.Length > 0 => new(
            XdpFailureKind.NotSupported, "bpf(BPF_PROG_LOAD)",
            $"The kernel's verifier refuses the program ({errno}): {verifier}.",
            "the kernel: filters on protocols and ports need Linux 5.18",
            "run Linux 5.18 or later, or filter by EtherType or VLAN")
        { Errno = (int)errno },
        _ => Others("bpf(BPF_PROG_LOAD)", "The program cannot be loaded", errno),
    };

    public static XdpFailure Link(Errno errno, XdpInterface on, XdpProgramOptions options) => errno switch
    {
        Errno.EPERM or Errno.EACCES => Forbidden("bpf(BPF_LINK_CREATE)", errno),
        Errno.EBUSY or Errno.EEXIST => Attached(on) with { Errno = (int)errno },
        Errno.EOPNOTSUPP or Errno.ERANGE or Errno.EINVAL when options.Mode == XdpAttachMode.Native => new(
            XdpFailureKind.NoNativeMode, "bpf(BPF_LINK_CREATE)",
            $"The driver of {on.Name} ({on.Driver}) does not run the program by itself ({errno}).",
            $"the driver, or its settings: MTU {on.Mtu}, queues, offloads (dmesg tells)",
            $"{nameof(XdpProgramOptions.Mode)} Any or Generic; or ip link set {on.Name} mtu 1500")
        { Errno = (int)errno },
        Errno.ENODEV => BindFailures.NoInterface(on.Name),
        Errno.EINVAL => new(
            XdpFailureKind.NotSupported, "bpf(BPF_LINK_CREATE)", $"The program cannot be attached to {on.Name} (EINVAL).",
            "Linux before 5.9 has no links for XDP; some drivers refuse an MTU",
            $"run Linux 5.9 or later; ip link set {on.Name} mtu 1500")
        { Errno = (int)errno },
        _ => Others("bpf(BPF_LINK_CREATE)", $"The program cannot be attached to {on.Name}", errno),
    };

    /// <summary>The interface has a program.</summary>
    public static XdpFailure Attached(XdpInterface on)
    {
        string? name = on.FindAttachedProgramName();
        string program = on.AttachedProgramId == 0 ? "another one" : $"number {on.AttachedProgramId}"
            + $"{(name is null ? "" : $", \"{name}\"")}";
        return new XdpFailure(
            XdpFailureKind.ProgramAttached, "bpf(BPF_LINK_CREATE)", $"{on.Name} has an XDP program already: {program}.",
            "one program for an interface",
            $"end the process that attached it, or ip link set {on.Name} xdp off; or join it by its map "
                + $"({nameof(XdpProgram)}.{nameof(XdpProgram.Join)}); several sockets of one process share one "
                + $"{nameof(XdpProgram)}");
    }

    public static XdpFailure OtherMap(uint type) => new(
        XdpFailureKind.Kernel, "bpf(BPF_OBJ_GET_INFO_BY_FD)", "The descriptor is not of a map of sockets.",
        $"a map of type XSKMAP ({Bpf.BPF_MAP_TYPE_XSKMAP}) is needed; this one has type {type}", "bpftool map shows the maps");

    public static XdpFailure Pinned(Errno errno, string path) => errno switch
    {
        Errno.EPERM or Errno.EACCES => Forbidden($"bpf of {path}", errno),
        Errno.ENOENT => new(
            XdpFailureKind.Kernel, $"bpf of {path}", $"There is nothing at {path}.", "the BPF file system",
            "mount -t bpf bpf /sys/fs/bpf mounts it")
        { Errno = (int)errno },
        _ => Others($"bpf of {path}", $"{path} does not do", errno),
    };

    public static XdpFailure NoEntry(int queue, uint entries) => new(
        XdpFailureKind.NoQueue, "bpf(BPF_MAP_UPDATE_ELEM)", $"The program's map has no place for queue {queue}.",
        $"it has {entries} places", "attach the program again, now that the interface has more queues");

    public static XdpFailure Entry(Errno errno, int queue) => errno switch
    {
        Errno.EPERM or Errno.EACCES => Forbidden("bpf(BPF_MAP_UPDATE_ELEM)", errno),
        // What a map of sockets answers to another descriptor, or another socket (xsk_map_update_elem).
        Errno.ENOTSOCK or Errno.EOPNOTSUPP => new(
            XdpFailureKind.Partner, "bpf(BPF_MAP_UPDATE_ELEM)",
            $"What came for queue {queue} is no AF_XDP socket ({errno}).", "the descriptor that the other process sent",
            $"send one by {nameof(XdpSocket)}.{nameof(XdpSocket.SendTo)}")
        { Errno = (int)errno },
        _ => Others("bpf(BPF_MAP_UPDATE_ELEM)", $"The socket of queue {queue} cannot be put into the map", errno),
    };

    private static XdpFailure Forbidden(string step, Errno errno)
    {
        string[] lacking = Capabilities.Lacking(Capabilities.Bpf, Capabilities.NetAdmin);
        return lacking.Length > 0
            ? new XdpFailure(
                XdpFailureKind.Permission, step, $"XDP programs need {string.Join(" and ", lacking)}, which this process lacks.",
                $"{errno}; this process does not have {string.Join(" or ", lacking)}",
                Capabilities.Grant([.. lacking.Select(name => name["CAP_".Length..].ToLowerInvariant())])
                    + "; or let a process outside attach the program: nonpaged xdp INTERFACE --serve PATH")
            { Errno = (int)errno }
            : new XdpFailure(
                XdpFailureKind.Permission, step, $"bpf(2) is forbidden here ({errno}), though the capabilities are there.",
                "a seccomp filter (containers), a security module, kernel lockdown, or a user namespace",
                "let a process outside attach the program: nonpaged xdp INTERFACE --serve PATH")
            { Errno = (int)errno };
    }

    private static XdpFailure Others(string step, string reason, Errno errno) => errno switch
    {
        Errno.ENOSYS => new(
            XdpFailureKind.NotSupported, step, "This kernel has no bpf(2) (ENOSYS).",
            "the kernel's configuration (CONFIG_BPF_SYSCALL), or a seccomp filter",
            "let a process outside attach the program: nonpaged xdp INTERFACE --serve PATH")
        { Errno = (int)errno },
        Errno.ENOMEM => SocketFailures.NoMemory(step, errno),
        Errno.EMFILE or Errno.ENFILE => SocketFailures.NoDescriptor(step, errno),
        _ => SocketFailures.Other(step, reason, errno),
    };
}
