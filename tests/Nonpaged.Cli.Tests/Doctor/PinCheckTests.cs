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
        // References hold memory in place all the same.
        Assert.Contains("References in a pipe hold blocks in place", check.Meaning, StringComparison.Ordinal);
        Assert.DoesNotContain("may move", check.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernel_may_move_blocks_only_where_no_rung_pins_them()
    {
        using var system = new FakeSystem
        {
            Probe = new FakeProbe { PinResult = SysResult.Failed(Errno.EPERM), Splice = SysResult.Failed(Errno.EPERM) },
        };
        system.Process(seccomp: 2);
        Assert.Contains("the kernel may move them", system.Check(Name, CheckStatus.Missing).Meaning, StringComparison.Ordinal);
        Check splice = system.Check("pin (splice)", CheckStatus.Missing);
        Assert.Contains("the kernel may move them", splice.Meaning, StringComparison.Ordinal);
        Assert.Contains("seccomp", splice.Found, StringComparison.Ordinal);
        using FakeSystem forbidden = Failing(Errno.EPERM).Process(seccomp: 2).Variable("NONPAGED_PINS", "io_uring");
        Assert.Contains("the kernel may move them", forbidden.Check(Name, CheckStatus.Missing).Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_and_what_memlock_has_room_for_are_told()
    {
        using var unlimited = new FakeSystem();
        Assert.Equal("works; no memlock limit (a ring takes 8 KiB)", unlimited.Check(Name, CheckStatus.Ok).Found);
        using FakeSystem limited = new FakeSystem { Probe = new FakeProbe { Memlock = 8 << 20 } }
            .Process(pinned: 4096).Process("10", pinned: 2048);
        Assert.Equal("works; 6 MiB of memlock left; a ring takes 8 KiB", limited.Check(Name, CheckStatus.Ok).Found);
        using FakeSystem little = new FakeSystem { Probe = new FakeProbe { Memlock = 64 << 10 } }.Process();
        Check check = little.Check(Name, CheckStatus.Warn);
        Assert.Contains("References in a pipe", check.Meaning, StringComparison.Ordinal);
        Assert.Equal("sudo prlimit --pid $$ --memlock=unlimited:unlimited", check.Remedy);
    }

    [Fact]
    public void A_kernel_whose_pipes_hold_copies_gives_no_references()
    {
        using var system = new FakeSystem
        {
            Probe = new FakeProbe { Splice = SysResult.Failed(Errno.EOPNOTSUPP), VmSplice = SysResult.Failed(Errno.EOPNOTSUPP) },
        };
        Check check = system.Check("pin (splice)", CheckStatus.Missing);
        Assert.Contains("gVisor", check.Meaning, StringComparison.Ordinal);
        Assert.Contains("io_uring alone", check.Meaning, StringComparison.Ordinal);
        system.Check("pin (vmsplice)", CheckStatus.Warn);
        using var works = new FakeSystem();
        Assert.Contains("holds the page itself", works.Check("pin (splice)", CheckStatus.Ok).Found, StringComparison.Ordinal);
        works.Check("pin (vmsplice)", CheckStatus.Ok);
    }

    [Fact]
    public void Podman_s_profile_lacks_vmsplice_which_only_hugepages_need()
    {
        using FakeSystem system = new FakeSystem
        { Probe = new FakeProbe { VmSplice = SysResult.Failed(Errno.ENOSYS) } }.Process(seccomp: 2);
        Assert.Contains("Only hugepages", system.Check("pin (vmsplice)", CheckStatus.Warn).Meaning, StringComparison.Ordinal);
        system.Check("pin (splice)", CheckStatus.Ok);
    }

    [Fact]
    public void The_slots_of_pipes_are_told_with_what_they_hold()
    {
        const string limits =
            "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max open files            1024                 524288               files     ";
        using FakeSystem usual = new FakeSystem().Process().Write("/proc/self/limits", limits);
        Assert.Equal(
            "16384 for all pipes of this user, 14336 of them for memory: "
            + "28 GiB of 2 MiB pages or 56 MiB of 4 KiB pages; 256 a pipe; 1024 descriptors",
            usual.Check("pipe slots", CheckStatus.Ok).Found);
        usual.Write("/proc/sys/fs/pipe-user-pages-soft", 1024).Write("/proc/sys/fs/pipe-max-size", 65536);
        Check few = usual.Check("pipe slots", CheckStatus.Warn);
        Assert.Contains("1792 MiB of 2 MiB pages or 3584 KiB of 4 KiB pages; 16 a pipe", few.Found, StringComparison.Ordinal);
        Assert.Equal("sudo sysctl -w fs.pipe-user-pages-soft=16384", few.Remedy);
        using FakeSystem root = new FakeSystem()
            .Process(capabilities: FakeSystem.AllCapabilities).Write("/proc/sys/fs/pipe-user-pages-soft", 1024);
        Assert.StartsWith("no limit for this user", root.Check("pipe slots", CheckStatus.Ok).Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("io_uring,pipe=256M", 0, "Both kinds")]
    [InlineData("pipe", 0, "io_uring: the operator forbids it")]
    [InlineData("", 2, "the operator forbids it")]
    [InlineData("ring", 2, "\"ring\"")]
    public void What_the_operator_allows_is_told_where_it_is_set(string text, int status, string meaning)
    {
        using var system = new FakeSystem();
        Assert.DoesNotContain(
            Examination.Of(system.Look()).SelectMany(group => group.Checks), check => check.Name == "NONPAGED_PINS");
        Check check = system.Variable("NONPAGED_PINS", text).Check("NONPAGED_PINS", (CheckStatus)status);
        Assert.Equal($"NONPAGED_PINS={text}", check.Found);
        Assert.Contains(meaning, check.Meaning, StringComparison.Ordinal);
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
            "securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/io_uring.json}}",
            kubernetes.Check(Name, CheckStatus.Missing).Remedy);
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
        using FakeSystem referenced = Failing(Errno.EPERM).Process().Write(Compaction, 1);
        referenced.Check("compaction", CheckStatus.Ok);
        using FakeSystem locked = Unpinnable().Process().Write(Compaction, 1);
        Assert.Equal("sudo sysctl -w vm.compact_unevictable_allowed=0", locked.Check("compaction", CheckStatus.Warn).Remedy);
        locked.Write(Compaction, 0).Check("compaction", CheckStatus.Ok);
        using FakeSystem none = Unpinnable().Process();
        none.Check("compaction", CheckStatus.Ok);
    }

    private static FakeSystem Unpinnable() =>
        new() { Probe = new FakeProbe { PinResult = SysResult.Failed(Errno.EPERM), Splice = SysResult.Failed(Errno.EPERM) } };

    private static FakeSystem Failing(Errno errno) => new() { Probe = new FakeProbe { PinResult = SysResult.Failed(errno) } };
}
