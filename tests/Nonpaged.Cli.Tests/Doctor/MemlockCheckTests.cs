using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class MemlockCheckTests
{
    private const string Name = "memlock limit";

    [Fact]
    public void What_this_user_s_processes_pinned_and_locked_is_told_as_an_estimate()
    {
        using FakeSystem system = Limited(128 << 20).Process(pinned: 0)
            .Process("10", pinned: 1024, locked: 16).Process("11", pinned: 2048).Process("12", user: 0, pinned: 1 << 20)
            .Process("nobody", pinned: 1 << 20);
        Assert.Equal(
            "soft 128 MiB, hard 128 MiB; used, by estimate: 3072 KiB pinned (VmPin of this user's processes), "
                + "16 KiB locked (VmLck)",
            system.Check(Name, CheckStatus.Ok).Found);
    }

    [Fact]
    public void Little_room_is_a_warning_and_none_is_missing_with_the_command()
    {
        using FakeSystem little = Limited(8 << 20).Process();
        Assert.Equal("sudo prlimit --pid $$ --memlock=unlimited:unlimited", little.Check(Name, CheckStatus.Warn).Remedy);
        using FakeSystem none = Limited(128 << 20, canRefer: false).Process().Process("10", pinned: 127 << 10);
        Assert.NotNull(none.Check(Name, CheckStatus.Missing).Remedy);
        // References do not count against it.
        using FakeSystem referenced = Limited(64 << 10).Process();
        Assert.Contains(
            "references in pipes do not count", referenced.Check(Name, CheckStatus.Warn).Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void The_capability_lifts_it()
    {
        using FakeSystem system = Limited(65536).Process(capabilities: "0000000000004000");
        Assert.Contains("lifted by CAP_IPC_LOCK", system.Check(Name, CheckStatus.Ok).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_limit_is_a_warning()
    {
        using var system = new FakeSystem { Probe = new FakeProbe { MemlockResult = SysResult.Failed(Errno.EPERM) } };
        Assert.Contains("EPERM", system.Check(Name, CheckStatus.Warn).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Kubernetes_is_told_the_capability_for_root_and_the_runtime_s_limit_for_others()
    {
        using FakeSystem root = Limited(65536, isRoot: true, canRefer: false)
            .Process(user: 0).Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Check check = root.Check(Name, CheckStatus.Missing);
        Assert.Equal("securityContext: {capabilities: {add: [IPC_LOCK]}}", check.Remedy);
        Assert.Contains("Kubernetes has no setting", check.Meaning, StringComparison.Ordinal);
        using FakeSystem other = Limited(65536, canRefer: false).Process().Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Contains("LimitMEMLOCK=infinity", other.Check(Name, CheckStatus.Missing).Remedy, StringComparison.Ordinal);
        using FakeSystem podman = Limited(65536, canRefer: false).Process().Write("/run/.containerenv", "");
        Assert.Equal("--ulimit memlock=-1:-1", podman.Check(Name, CheckStatus.Missing).Remedy);
    }

    private static FakeSystem Limited(ulong bytes, bool isRoot = false, bool canRefer = true) =>
        new()
        {
            Probe = new FakeProbe { Memlock = bytes, Splice = canRefer ? default : SysResult.Failed(Errno.EPERM) },
            IsRoot = isRoot,
        };
}
