using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class PinCheckTests
{
    private const string Name = "pin (io_uring)";
    private const string Disabled = "/proc/sys/kernel/io_uring_disabled";
    private const string Compaction = "/proc/sys/vm/compact_unevictable_allowed";

    [Theory]
    [InlineData(2, FakeSystem.AllCapabilities)]
    [InlineData(1, FakeSystem.NoCapabilities)]
    public void Where_the_sysctl_forbids_it_that_is_told_also_under_a_seccomp_filter(int disabled, string capabilities)
    {
        using FakeSystem system = Failing(Errno.EPERM).Write(Disabled, disabled).Process(capabilities: capabilities, seccomp: 2);
        Check check = system.Check(Name, CheckStatus.Missing);
        Assert.Contains($"disabled by sysctl: kernel.io_uring_disabled = {disabled}", check.Found, StringComparison.Ordinal);
        Assert.Equal("sudo sysctl -w kernel.io_uring_disabled=0", check.Remedy);
    }

    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.ENOSYS)]
    public void Where_a_seccomp_filter_forbids_it_that_is_told(object errno)
    {
        using FakeSystem system = Failing((Errno)errno).Write(Disabled, 0).Process(seccomp: 2);
        Check check = system.Check(Name, CheckStatus.Missing);
        Assert.Contains("disabled by a seccomp filter", check.Found, StringComparison.Ordinal);
        Assert.Contains("SystemCallFilter=", check.Meaning, StringComparison.Ordinal);
        Assert.Null(check.Remedy);
    }

    [Fact]
    public void In_a_container_the_profile_goes_into_the_manifest_or_the_options()
    {
        using FakeSystem kubernetes = Failing(Errno.EPERM).Process(seccomp: 2).Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal(
            "securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/io_uring.json}}", kubernetes.Check(Name, CheckStatus.Missing).Remedy);
        using FakeSystem docker = Failing(Errno.EPERM).Process(seccomp: 2).Write("/.dockerenv", "");
        Assert.Equal("--security-opt seccomp=io_uring.json", docker.Check(Name, CheckStatus.Missing).Remedy);
    }

    [Fact]
    public void Other_reasons_are_told_apart()
    {
        using FakeSystem memlock = Failing(Errno.ENOMEM).Process();
        Assert.Equal("sudo prlimit --pid $$ --memlock=unlimited:unlimited", memlock.Check(Name, CheckStatus.Missing).Remedy);
        using FakeSystem without = Failing(Errno.ENOSYS).Process();
        Assert.Contains("without io_uring", without.Check(Name, CheckStatus.Missing).Meaning, StringComparison.Ordinal);
        using FakeSystem old = Failing(Errno.EINVAL).Process();
        Assert.Contains("Linux 5.19", old.Check(Name, CheckStatus.Missing).Meaning, StringComparison.Ordinal);
        using FakeSystem works = new FakeSystem().Process();
        Assert.Null(works.Check(Name, CheckStatus.Ok).Remedy);
    }

    [Fact]
    public void Compaction_matters_to_locked_memory_where_nothing_can_be_pinned()
    {
        using FakeSystem pinned = new FakeSystem().Write(Compaction, 1);
        Assert.Contains("mlock", pinned.Check("compaction", CheckStatus.Ok).Meaning, StringComparison.Ordinal);
        using FakeSystem locked = Failing(Errno.EPERM).Process().Write(Compaction, 1);
        Assert.Equal("sudo sysctl -w vm.compact_unevictable_allowed=0", locked.Check("compaction", CheckStatus.Warn).Remedy);
        locked.Write(Compaction, 0).Check("compaction", CheckStatus.Ok);
        using FakeSystem none = Failing(Errno.EPERM).Process();
        none.Check("compaction", CheckStatus.Ok);
    }

    private static FakeSystem Failing(Errno errno) => new() { Probe = new FakeProbe { PinResult = SysResult.Failed(errno) } };
}
