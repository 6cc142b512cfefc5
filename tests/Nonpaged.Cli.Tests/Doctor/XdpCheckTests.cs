using Nonpaged.Interop;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class XdpCheckTests
{
    [Fact]
    public void A_program_that_cannot_be_loaded_is_told_with_the_reason_the_limit_and_the_remedy_of_the_library()
    {
        var failure = new XdpFailure(
            XdpFailureKind.Permission, "bpf", "bpf(2) is forbidden here.", "a seccomp filter", "--serve");
        using FakeSystem filtered = new FakeSystem
        { Probe = new FakeProbe { XdpProgramFailure = failure } }.Process(capabilities: FakeSystem.AllCapabilities);
        Check check = filtered.Check("AF_XDP", CheckStatus.Warn);
        Assert.Equal(("bpf(2) is forbidden here. Limit: a seccomp filter.", "--serve"), (check.Meaning, check.Remedy));
    }

    [Fact]
    public void A_kernel_without_the_socket_family_is_told_as_the_library_tells_it()
    {
        using FakeSystem absent = new() { Probe = new FakeProbe { Xdp = SysResult.Failed(Errno.EAFNOSUPPORT) } };
        Check check = absent.Check("AF_XDP", CheckStatus.Missing);
        Assert.Contains("CONFIG_XDP_SOCKETS", check.Meaning, StringComparison.Ordinal);
        Assert.Contains("CONFIG_XDP_SOCKETS", check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_memory_limit_is_compared_with_the_frames_of_the_default_pool()
    {
        using FakeSystem usual = new FakeSystem { Probe = new FakeProbe { Memlock = 8 << 20 } }.Process();
        Assert.Equal("8192 KiB left, by estimate", usual.Check("memlock for AF_XDP", CheckStatus.Ok).Found);
        using FakeSystem used = new FakeSystem { Probe = new FakeProbe { Memlock = 8 << 20 } }.Process()
            .Process("77", pinned: 5 << 10);
        Check check = used.Check("memlock for AF_XDP", CheckStatus.Warn);
        Assert.Contains("one of 1536 frames fits", check.Meaning, StringComparison.Ordinal);
        Assert.Contains("prlimit", check.Remedy, StringComparison.Ordinal);
        using FakeSystem lifted = new FakeSystem
        { Probe = new FakeProbe { Memlock = 0 } }.Process(capabilities: FakeSystem.AllCapabilities);
        Assert.Equal("no limit", lifted.Check("memlock for AF_XDP", CheckStatus.Ok).Found);
    }
}
