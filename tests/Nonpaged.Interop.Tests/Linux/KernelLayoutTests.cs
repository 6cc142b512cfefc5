using System.Globalization;

namespace Nonpaged.Interop.Tests.Linux;

/// <summary>Structures and constants shared with the kernel, held against its own headers.</summary>
public sealed unsafe class KernelLayoutTests
{
    [Fact]
    public void The_structures_of_io_uring_are_laid_out_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "linux/io_uring.h",
            "sizeof(struct io_uring_params)", "offsetof(struct io_uring_params, flags)",
            "sizeof(struct io_uring_rsrc_register)", "offsetof(struct io_uring_rsrc_register, data)",
            "offsetof(struct io_uring_rsrc_register, tags)",
            "sizeof(struct io_uring_rsrc_update2)", "offsetof(struct io_uring_rsrc_update2, data)",
            "offsetof(struct io_uring_rsrc_update2, tags)",
            "offsetof(struct io_uring_rsrc_update2, nr)", "sizeof(struct iovec)", "offsetof(struct iovec, iov_len)");
        IoUring.Parameters parameters;
        IoUring.RegisterTable register;
        IoUring.UpdateTable update;
        IoUring.IoVector vector;
        Assert.Equal(inC["sizeof(struct io_uring_params)"], sizeof(IoUring.Parameters));
        Assert.Equal(inC["offsetof(struct io_uring_params, flags)"], Offset(&parameters, &parameters.Flags));
        Assert.Equal(inC["sizeof(struct io_uring_rsrc_register)"], sizeof(IoUring.RegisterTable));
        Assert.Equal(inC["offsetof(struct io_uring_rsrc_register, data)"], Offset(&register, &register.Vectors));
        Assert.Equal(inC["offsetof(struct io_uring_rsrc_register, tags)"], Offset(&register, &register.Tags));
        Assert.Equal(inC["sizeof(struct io_uring_rsrc_update2)"], sizeof(IoUring.UpdateTable));
        Assert.Equal(inC["offsetof(struct io_uring_rsrc_update2, data)"], Offset(&update, &update.Vectors));
        Assert.Equal(inC["offsetof(struct io_uring_rsrc_update2, tags)"], Offset(&update, &update.Tags));
        Assert.Equal(inC["offsetof(struct io_uring_rsrc_update2, nr)"], Offset(&update, &update.Count));
        Assert.Equal(inC["sizeof(struct iovec)"], sizeof(IoUring.IoVector));
        Assert.Equal(inC["offsetof(struct iovec, iov_len)"], Offset(&vector, &vector.Length));
    }

    [Fact]
    public void Capabilities_are_asked_for_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "linux/capability.h", "_LINUX_CAPABILITY_VERSION_3", "_LINUX_CAPABILITY_U32S_3", "CAP_IPC_LOCK",
            "sizeof(struct __user_cap_header_struct)", "sizeof(struct __user_cap_data_struct)",
            "offsetof(struct __user_cap_data_struct, effective)");
        Assert.Equal(LibC.LINUX_CAPABILITY_VERSION_3, inC["_LINUX_CAPABILITY_VERSION_3"]);
        Assert.Equal(LibC.CAP_IPC_LOCK, inC["CAP_IPC_LOCK"]);
        Assert.Equal(2 * sizeof(uint), inC["sizeof(struct __user_cap_header_struct)"]);
        Assert.Equal(6 * sizeof(uint), inC["_LINUX_CAPABILITY_U32S_3"] * inC["sizeof(struct __user_cap_data_struct)"]);
        Assert.Equal(0, inC["offsetof(struct __user_cap_data_struct, effective)"]);
    }

    [Fact]
    public void Messages_that_carry_a_descriptor_are_laid_out_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "sys/socket.h", "sizeof(struct msghdr)", "offsetof(struct msghdr, msg_iov)", "offsetof(struct msghdr, msg_control)",
            "offsetof(struct msghdr, msg_controllen)", "offsetof(struct msghdr, msg_flags)", "CMSG_LEN(sizeof(int))",
            "CMSG_SPACE(sizeof(int))", "sizeof(struct cmsghdr)", "offsetof(struct cmsghdr, cmsg_type)", "SOL_SOCKET",
            "SCM_RIGHTS",
            "MSG_CMSG_CLOEXEC");
        LibC.Message message;
        LibC.DescriptorMessage control;
        Assert.Equal(inC["sizeof(struct msghdr)"], sizeof(LibC.Message));
        Assert.Equal(inC["offsetof(struct msghdr, msg_iov)"], Offset(&message, &message.Vectors));
        Assert.Equal(inC["offsetof(struct msghdr, msg_control)"], Offset(&message, &message.Control));
        Assert.Equal(inC["offsetof(struct msghdr, msg_controllen)"], Offset(&message, &message.ControlLength));
        Assert.Equal(inC["offsetof(struct msghdr, msg_flags)"], Offset(&message, &message.Flags));
        Assert.Equal(LibC.DescriptorMessage.Used, inC["CMSG_LEN(sizeof(int))"]);
        Assert.Equal(inC["CMSG_SPACE(sizeof(int))"], sizeof(LibC.DescriptorMessage));
        Assert.Equal(inC["sizeof(struct cmsghdr)"], Offset(&control, &control.Descriptor));
        Assert.Equal(inC["offsetof(struct cmsghdr, cmsg_type)"], Offset(&control, &control.Type));
        Assert.Equal(
            (LibC.SOL_SOCKET, LibC.SCM_RIGHTS, LibC.MSG_CMSG_CLOEXEC),
            ((int)inC["SOL_SOCKET"], (int)inC["SCM_RIGHTS"], (int)inC["MSG_CMSG_CLOEXEC"]));
    }

    [Fact]
    public void The_host_s_memory_is_asked_for_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "sys/sysinfo.h", "sizeof(struct sysinfo)", "offsetof(struct sysinfo, totalram)", "offsetof(struct sysinfo, freeram)",
            "offsetof(struct sysinfo, mem_unit)");
        LibC.SystemInformation information;
        Assert.Equal(inC["sizeof(struct sysinfo)"], sizeof(LibC.SystemInformation));
        Assert.Equal(inC["offsetof(struct sysinfo, totalram)"], Offset(&information, &information.TotalMemory));
        Assert.Equal(inC["offsetof(struct sysinfo, freeram)"], Offset(&information, &information.FreeMemory));
        Assert.Equal(inC["offsetof(struct sysinfo, mem_unit)"], Offset(&information, &information.Unit));
    }

    [Fact]
    public void The_constants_of_io_uring_are_those_of_the_headers()
    {
        Dictionary<string, long> inC = Ask(
            "linux/io_uring.h", "SYS_io_uring_setup", "SYS_io_uring_register", "IORING_SETUP_R_DISABLED",
            "IORING_REGISTER_BUFFERS2",
            "IORING_REGISTER_BUFFERS_UPDATE", "IORING_RSRC_REGISTER_SPARSE");
        Assert.Equal(IoUring.SYS_io_uring_setup, inC["SYS_io_uring_setup"]);
        Assert.Equal(IoUring.SYS_io_uring_register, inC["SYS_io_uring_register"]);
        Assert.Equal(IoUring.IORING_SETUP_R_DISABLED, inC["IORING_SETUP_R_DISABLED"]);
        Assert.Equal(IoUring.IORING_REGISTER_BUFFERS2, inC["IORING_REGISTER_BUFFERS2"]);
        Assert.Equal(IoUring.IORING_REGISTER_BUFFERS_UPDATE, inC["IORING_REGISTER_BUFFERS_UPDATE"]);
        Assert.Equal(IoUring.IORING_RSRC_REGISTER_SPARSE, inC["IORING_RSRC_REGISTER_SPARSE"]);
    }

    [Fact]
    public void The_constants_of_memory_calls_are_those_of_the_headers()
    {
        Dictionary<string, long> inC = Ask(
            "linux/memfd.h", "PROT_NONE", "PROT_READ", "PROT_WRITE", "MAP_SHARED", "MAP_PRIVATE", "MAP_FIXED", "MAP_ANONYMOUS",
            "MAP_NORESERVE", "MADV_DONTFORK",
            "MADV_HUGEPAGE", "MADV_DONTDUMP", "MADV_POPULATE_WRITE", "MADV_COLLAPSE", "MFD_CLOEXEC", "MFD_ALLOW_SEALING",
            "MFD_HUGETLB", "MFD_HUGE_2MB", "MFD_HUGE_1GB", "F_SEAL_SEAL",
            "F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_FUTURE_WRITE", "RLIMIT_MEMLOCK", "EPERM", "ENOMEM", "EFAULT", "EINVAL",
            "ENOSPC", "ENOSYS", "EAGAIN", "EOPNOTSUPP");
        (string Name, long Value)[] here =
        [
            ("PROT_NONE", LibC.PROT_NONE), ("PROT_READ", LibC.PROT_READ), ("PROT_WRITE", LibC.PROT_WRITE),
            ("MAP_SHARED", LibC.MAP_SHARED),
            ("MAP_PRIVATE", LibC.MAP_PRIVATE), ("MAP_FIXED", LibC.MAP_FIXED), ("MAP_ANONYMOUS", LibC.MAP_ANONYMOUS),
            ("MAP_NORESERVE", LibC.MAP_NORESERVE),
            ("MADV_DONTFORK", LibC.MADV_DONTFORK), ("MADV_HUGEPAGE", LibC.MADV_HUGEPAGE), ("MADV_DONTDUMP", LibC.MADV_DONTDUMP),
            ("MADV_POPULATE_WRITE", LibC.MADV_POPULATE_WRITE), ("MADV_COLLAPSE", LibC.MADV_COLLAPSE),
            ("MFD_CLOEXEC", LibC.MFD_CLOEXEC),
            ("MFD_ALLOW_SEALING", LibC.MFD_ALLOW_SEALING), ("MFD_HUGETLB", LibC.MFD_HUGETLB), ("MFD_HUGE_2MB", LibC.MFD_HUGE_2MB),
            ("MFD_HUGE_1GB", LibC.MFD_HUGE_1GB),
            ("F_SEAL_SEAL", LibC.F_SEAL_SEAL),
            ("F_SEAL_SHRINK", LibC.F_SEAL_SHRINK), ("F_SEAL_GROW", LibC.F_SEAL_GROW),
            ("F_SEAL_FUTURE_WRITE", LibC.F_SEAL_FUTURE_WRITE),
            ("RLIMIT_MEMLOCK", LibC.RLIMIT_MEMLOCK), ("EPERM", (long)Errno.EPERM), ("ENOMEM", (long)Errno.ENOMEM),
            ("EFAULT", (long)Errno.EFAULT),
            ("EINVAL", (long)Errno.EINVAL), ("ENOSPC", (long)Errno.ENOSPC), ("ENOSYS", (long)Errno.ENOSYS),
            ("EAGAIN", (long)Errno.EAGAIN), ("EOPNOTSUPP", (long)Errno.EOPNOTSUPP),
        ];
        Assert.All(here, constant => Assert.Equal((constant.Name, inC[constant.Name]), constant));
    }

    [Fact]
    public void Locks_files_of_devices_and_nodes_are_asked_for_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "sys/file.h", "O_SYNC", "F_WRLCK", "F_OFD_SETLK", "LOCK_EX", "LOCK_NB", "SYS_mbind", "SYS_sendto",
            "SYS_move_pages",
            "sizeof(struct flock)", "offsetof(struct flock, l_start)",
            "offsetof(struct flock, l_len)", "offsetof(struct flock, l_pid)");
        LibC.FileLock range;
        (string Name, long Value)[] here =
        [
            ("O_SYNC", LibC.O_SYNC), ("F_WRLCK", LibC.F_WRLCK), ("F_OFD_SETLK", LibC.F_OFD_SETLK), ("LOCK_EX", LibC.LOCK_EX),
            ("LOCK_NB", LibC.LOCK_NB),
            ("SYS_mbind", LibC.MbindNumber), ("SYS_sendto", LibC.SendToNumber), ("SYS_move_pages", LibC.MovePagesNumber),
            ("sizeof(struct flock)", sizeof(LibC.FileLock)),
            ("offsetof(struct flock, l_start)", Offset(&range, &range.Start)),
            ("offsetof(struct flock, l_len)", Offset(&range, &range.Length)),
            ("offsetof(struct flock, l_pid)", Offset(&range, &range.Process)),
        ];
        Assert.All(here, constant => Assert.Equal((constant.Name, inC[constant.Name]), constant));
        Assert.Equal(LibC.MPOL_BIND, Ask("linux/mempolicy.h", "MPOL_BIND")["MPOL_BIND"]);
    }

    [Fact]
    public void The_constants_of_advice_and_huge_mappings_are_those_of_the_headers()
    {
        Dictionary<string, long> inC = Ask(
            "linux/falloc.h", "MADV_DONTNEED", "MADV_REMOVE", "MADV_NOHUGEPAGE", "MADV_PAGEOUT", "MAP_HUGETLB", "MAP_HUGE_2MB",
            "FALLOC_FL_KEEP_SIZE",
            "FALLOC_FL_PUNCH_HOLE");
        (string Name, long Value)[] here =
        [
            ("MADV_DONTNEED", LibC.MADV_DONTNEED), ("MADV_REMOVE", LibC.MADV_REMOVE), ("MADV_NOHUGEPAGE", LibC.MADV_NOHUGEPAGE),
            ("MADV_PAGEOUT", LibC.MADV_PAGEOUT), ("MAP_HUGETLB", LibC.MAP_HUGETLB), ("MAP_HUGE_2MB", LibC.MAP_HUGE_2MB),
            ("FALLOC_FL_KEEP_SIZE", LibC.FALLOC_FL_KEEP_SIZE), ("FALLOC_FL_PUNCH_HOLE", LibC.FALLOC_FL_PUNCH_HOLE),
        ];
        Assert.All(here, constant => Assert.Equal((constant.Name, inC[constant.Name]), constant));
    }

    [Fact]
    public void The_constants_of_sockets_are_those_of_the_headers()
    {
        Dictionary<string, long> inC = Ask(
            "sys/socket.h", "AF_UNIX", "AF_XDP", "SOCK_STREAM", "SOCK_RAW", "SOCK_CLOEXEC", "MSG_NOSIGNAL", "SHUT_RDWR", "EPIPE",
            "EACCES", "EAFNOSUPPORT");
        (string Name, long Value)[] here =
        [
            ("AF_UNIX", LibC.AF_UNIX), ("AF_XDP", LibC.AF_XDP), ("SOCK_STREAM", LibC.SOCK_STREAM), ("SOCK_RAW", LibC.SOCK_RAW),
            ("SOCK_CLOEXEC", LibC.SOCK_CLOEXEC), ("MSG_NOSIGNAL", LibC.MSG_NOSIGNAL), ("SHUT_RDWR", LibC.SHUT_RDWR),
            ("EPIPE", (long)Errno.EPIPE),
            ("EACCES", (long)Errno.EACCES), ("EAFNOSUPPORT", (long)Errno.EAFNOSUPPORT),
        ];
        Assert.All(here, constant => Assert.Equal((constant.Name, inC[constant.Name]), constant));
    }

    [Fact]
    public void Interfaces_are_asked_for_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "linux/if_tun.h", "sizeof(struct ifreq)", "offsetof(struct ifreq, ifr_name)", "offsetof(struct ifreq, ifr_flags)",
            "offsetof(struct ifreq, ifr_mtu)",
            "offsetof(struct ifreq, ifr_hwaddr.sa_family)", "offsetof(struct ifreq, ifr_hwaddr.sa_data)", "IFNAMSIZ", "TUNSETIFF",
            "TUNGETIFF", "TUNSETCARRIER", "IFF_TAP",
            "IFF_NO_PI", "IFF_PERSIST", "SIOCGIFFLAGS", "SIOCSIFMTU", "SIOCSIFHWADDR", "SIOCGIFHWADDR", "IFF_PROMISC",
            "ARPHRD_ETHER", "AF_INET", "SOCK_DGRAM");
        Tap.InterfaceRequest request;
        Assert.Equal(inC["sizeof(struct ifreq)"], sizeof(Tap.InterfaceRequest));
        Assert.Equal(inC["offsetof(struct ifreq, ifr_name)"], Offset(&request, request.Name));
        Assert.Equal(inC["offsetof(struct ifreq, ifr_flags)"], Offset(&request, &request.Flags));
        Assert.Equal(inC["offsetof(struct ifreq, ifr_mtu)"], Offset(&request, &request.Mtu));
        Assert.Equal(inC["offsetof(struct ifreq, ifr_hwaddr.sa_family)"], Offset(&request, &request.Family));
        Assert.Equal(inC["offsetof(struct ifreq, ifr_hwaddr.sa_data)"], Offset(&request, request.Address));
        (string Name, long Value)[] here =
        [
            ("IFNAMSIZ", Tap.NameSize), ("TUNSETIFF", (long)Tap.TUNSETIFF), ("TUNGETIFF", (long)Tap.TUNGETIFF),
            ("TUNSETCARRIER", (long)Tap.TUNSETCARRIER), ("IFF_TAP", Tap.IFF_TAP),
            ("IFF_NO_PI", Tap.IFF_NO_PI), ("IFF_PERSIST", Tap.IFF_PERSIST), ("SIOCGIFFLAGS", (long)Tap.SIOCGIFFLAGS),
            ("SIOCSIFMTU", (long)Tap.SIOCSIFMTU),
            ("SIOCSIFHWADDR", (long)Tap.SIOCSIFHWADDR), ("SIOCGIFHWADDR", (long)Tap.SIOCGIFHWADDR),
            ("IFF_PROMISC", Tap.IFF_PROMISC), ("ARPHRD_ETHER", Tap.ARPHRD_ETHER),
            ("AF_INET", LibC.AF_INET), ("SOCK_DGRAM", LibC.SOCK_DGRAM),
        ];
        Assert.All(here, constant => Assert.Equal((constant.Name, inC[constant.Name]), constant));
    }

    [Fact]
    public void Polling_is_asked_for_as_in_C()
    {
        Dictionary<string, long> inC = Ask(
            "poll.h", "sizeof(struct pollfd)", "offsetof(struct pollfd, events)", "offsetof(struct pollfd, revents)", "POLLIN",
            "POLLERR", "POLLHUP", "O_RDWR", "O_NONBLOCK",
            "ENXIO", "EBADFD");
        LibC.PollDescriptor request;
        Assert.Equal(inC["sizeof(struct pollfd)"], sizeof(LibC.PollDescriptor));
        Assert.Equal(inC["offsetof(struct pollfd, events)"], Offset(&request, &request.Events));
        Assert.Equal(inC["offsetof(struct pollfd, revents)"], Offset(&request, &request.Returned));
        Assert.Equal([inC["POLLIN"], inC["POLLERR"], inC["POLLHUP"]], [LibC.POLLIN, LibC.POLLERR, LibC.POLLHUP]);
        Assert.Equal([inC["O_RDWR"], inC["O_NONBLOCK"]], [LibC.O_RDWR, LibC.O_NONBLOCK]);
        Assert.Equal([inC["ENXIO"], inC["EBADFD"]], [(long)Errno.ENXIO, (long)Errno.EBADFD]);
    }

    /// <summary>
    /// The kernel itself tells the size of a structure that the headers here may be too old for: it refuses any other.
    /// </summary>
    [Fact]
    public void The_kernel_takes_the_argument_of_PAGEMAP_SCAN()
    {
        Assert.Equal(96, sizeof(PageMapFile.ScanArgument));
        Assert.Equal(24, sizeof(PageMapFile.Region));
        SysResult mapped = LibC.MMap(null, 4096, LibC.PROT_READ, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        SysResult found = PageMapFile.CountHugeMapped((void*)mapped.Value, 4096);
        LibC.MUnmap((void*)mapped.Value, 4096);
        if (found.Errno == Errno.ENOTTY) Assert.Skip("This machine's kernel has no PAGEMAP_SCAN (Linux 6.7).");
        Assert.Equal(0, found.Value);
    }

    private static long Offset(void* start, void* field) => (byte*)field - (byte*)start;

    private static Dictionary<string, long> Ask(string header, params string[] expressions)
    {
        string output = CCompiler.Run(
            $$"""
            #define _GNU_SOURCE
            #include <errno.h>
            #include <fcntl.h>
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/mman.h>
            #include <sys/resource.h>
            #include <sys/syscall.h>
            #include <sys/ioctl.h>
            #include <sys/socket.h>
            #include <sys/uio.h>
            #include <net/if.h>
            #include <net/if_arp.h>
            #include <{{header}}>
            #ifndef MADV_COLLAPSE
            #include <linux/mman.h>
            #include <asm-generic/mman-common.h>
            #endif
            int main(void) {
            {{string.Join('\n', expressions.Select(expression => $"printf(\"%lld\\n\", (long long)({expression}));"))}}
            return 0; }
            """);
        long[] values = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
        return expressions.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
    }
}
