using Nonpaged.Interop;

namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>Each answer of the kernel at each step, as what it is told. Those that can be provoked here are in other tests,
/// too.</summary>
public sealed class FailureKindTests
{
    private static readonly XdpInterface s_interface = new()
    {
        Name = "eth0",
        Index = 1,
        IsUp = true,
        Mtu = 1500,
        Queues = 1,
        MostQueues = 8,
        HasCombinedChannels = true,
        Driver = "ixgbe",
        AttachedProgramId = 0,
        AttachedMode = null,
        Features = null,
        ZeroCopySegments = 0,
    };

    private static readonly XdpSocketOptions s_zeroCopy = new() { CopyMode = XdpCopyMode.ZeroCopy };
    private static readonly XdpSocketOptions s_several = new() { MultiBuffer = true };
    private static readonly XdpProgramOptions s_native = new() { Mode = XdpAttachMode.Native };

    public static TheoryData<string, string, string> Answers =>
        new(Known.Select(one => (one.What, one.Kind.ToString(), one.Word)));

    private static (string What, Func<XdpFailure> Make, XdpFailureKind Kind, string Word)[] Known =>
    [
        ("socket EPERM", () => SocketFailures.Socket(Errno.EPERM), XdpFailureKind.Permission, "net_raw"),
        ("socket EAFNOSUPPORT", () => SocketFailures.Socket(Errno.EAFNOSUPPORT),
            XdpFailureKind.NotSupported, "CONFIG_XDP_SOCKETS"),
        ("socket EMFILE", () => SocketFailures.Socket(Errno.EMFILE), XdpFailureKind.Descriptors, "ulimit -n"),
        ("socket ENFILE", () => SocketFailures.Socket(Errno.ENFILE), XdpFailureKind.Descriptors, "fs.file-max"),
        ("memory ENOBUFS", () => OfMemory(Errno.ENOBUFS), XdpFailureKind.MemoryLock, "ulimit -l unlimited"),
        ("memory ENOMEM", () => OfMemory(Errno.ENOMEM), XdpFailureKind.OutOfMemory, "end other programs"),
        ("memory EINVAL", () => OfMemory(Errno.EINVAL), XdpFailureKind.Memory, "2048"),
        ("metadata EINVAL", () => OfMemory(Errno.EINVAL, withMetadata: true), XdpFailureKind.NotSupported, "6.11"),
        ("ring ENOMEM", () => SocketFailures.Rings(Errno.ENOMEM, "mmap"), XdpFailureKind.OutOfMemory, "end other programs"),
        ("option EPERM", () => SocketFailures.Option(Errno.EPERM, "SO_BUSY_POLL_BUDGET", 99),
            XdpFailureKind.Permission, "net_admin"),
        ("option ENOPROTOOPT", () => SocketFailures.Option(Errno.ENOPROTOOPT, "XDP_MAX_TX_SKB_BUDGET", 1),
            XdpFailureKind.NotSupported, "leave"),
        ("bind EBUSY", () => OfBind(Errno.EBUSY), XdpFailureKind.QueueBusy, "ss --xdp"),
        ("bind ENETDOWN", () => OfBind(Errno.ENETDOWN), XdpFailureKind.InterfaceDown, "ip link set eth0 up"),
        ("bind ENODEV", () => OfBind(Errno.ENODEV), XdpFailureKind.NoInterface, "ip link"),
        ("bind EINVAL", () => OfBind(Errno.EINVAL), XdpFailureKind.Kernel, "ethtool -l eth0"),
        ("bind EPERM", () => OfBind(Errno.EPERM), XdpFailureKind.Permission, "net_raw"),
        ("bind ENOMEM", () => OfBind(Errno.ENOMEM), XdpFailureKind.OutOfMemory, "end other programs"),
        ("zero copy EOPNOTSUPP", () => OfBind(Errno.EOPNOTSUPP, s_zeroCopy), XdpFailureKind.NoZeroCopy, "Copy"),
        ("zero copy EINVAL", () => OfBind(Errno.EINVAL, s_zeroCopy), XdpFailureKind.NoZeroCopy, "Copy"),
        ("several EINVAL", () => OfBind(Errno.EINVAL, s_several), XdpFailureKind.NotSupported, "mtu 1500"),
        ("map ENOSYS", () => ProgramFailures.Map(Errno.ENOSYS), XdpFailureKind.NotSupported, "--serve"),
        ("map EMFILE", () => ProgramFailures.Map(Errno.EMFILE), XdpFailureKind.Descriptors, "ulimit -n"),
        ("map ENOMEM", () => ProgramFailures.Map(Errno.ENOMEM), XdpFailureKind.OutOfMemory, "end other programs"),
        ("map EPERM", () => ProgramFailures.Map(Errno.EPERM), XdpFailureKind.Permission, "--serve"),
        ("load EPERM", () => ProgramFailures.Load(Errno.EPERM, ""), XdpFailureKind.Permission, "--serve"),
        ("load EINVAL", () => ProgramFailures.Load(Errno.EINVAL, "invalid func"), XdpFailureKind.NotSupported, "5.18"),
        ("link EPERM", () => OfLink(Errno.EPERM), XdpFailureKind.Permission, "--serve"),
        ("link EBUSY", () => OfLink(Errno.EBUSY), XdpFailureKind.ProgramAttached, "xdp off"),
        ("link EEXIST", () => OfLink(Errno.EEXIST), XdpFailureKind.ProgramAttached, "xdp off"),
        ("link ENODEV", () => OfLink(Errno.ENODEV), XdpFailureKind.NoInterface, "ip link"),
        ("link EINVAL", () => OfLink(Errno.EINVAL), XdpFailureKind.NotSupported, "5.9"),
        ("native EOPNOTSUPP", () => OfLink(Errno.EOPNOTSUPP, s_native), XdpFailureKind.NoNativeMode, "Generic"),
        ("native ERANGE", () => OfLink(Errno.ERANGE, s_native), XdpFailureKind.NoNativeMode, "Generic"),
        ("entry EPERM", () => ProgramFailures.Entry(Errno.EPERM, 0), XdpFailureKind.Permission, "--serve"),
        ("entry ENOTSOCK", () => ProgramFailures.Entry(Errno.ENOTSOCK, 0), XdpFailureKind.Partner, "SendTo"),
        ("entry E2BIG", () => ProgramFailures.NoEntry(9, 8), XdpFailureKind.NoQueue, "attach the program again"),
        ("anything EIO", () => SocketFailures.Socket(Errno.EIO), XdpFailureKind.Kernel, "dmesg"),
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_of_the_kernel_has_its_kind_its_reason_and_what_helps(string what, string kind, string word)
    {
        XdpFailure failure = Known.Single(one => one.What == what).Make();
        Assert.Equal(kind, failure.Kind.ToString());
        Assert.Contains(word, failure.Remedy, StringComparison.Ordinal);
        Assert.All([failure.Step, failure.Reason, failure.Limit], Assert.NotEmpty);
        Assert.EndsWith(".", failure.Reason, StringComparison.Ordinal);
    }

    private static XdpFailure OfMemory(Errno errno, bool withMetadata = false)
    {
        using var memory = NonpagedPool.Create();
        var options = new XdpFramePoolOptions { Count = 8, Memory = memory, TransmitMetadata = withMetadata };
        using var frames = new XdpFramePool(options);
        return SocketFailures.Memory(errno, frames);
    }

    private static XdpFailure OfBind(Errno errno, XdpSocketOptions? options = null) =>
        BindFailures.Of(errno, s_interface, 0, options ?? new XdpSocketOptions());

    private static XdpFailure OfLink(Errno errno, XdpProgramOptions? options = null) =>
        ProgramFailures.Link(errno, s_interface, options ?? new XdpProgramOptions());
}
