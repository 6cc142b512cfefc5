using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class CollapseCheckTests
{
    private const string Root = "/sys/kernel/mm/transparent_hugepage";

    [Fact]
    public void The_choice_in_brackets_is_the_setting()
    {
        using FakeSystem system = new FakeSystem().Write($"{Root}/enabled", "always [madvise] never");
        Assert.Equal("madvise", system.Check("transparent hugepages", CheckStatus.Ok).Found);
        system.Write($"{Root}/enabled", "always madvise [never]");
        Assert.Equal($"echo madvise | sudo tee {Root}/enabled", system.Check("transparent hugepages", CheckStatus.Warn).Remedy);
    }

    [Fact]
    public void A_kernel_without_them_is_told()
    {
        using var system = new FakeSystem();
        system.Check("transparent hugepages", CheckStatus.Missing);
        system.Check("THP in memory files", CheckStatus.Missing);
    }

    [Fact]
    public void Any_setting_for_memory_files_does_but_deny()
    {
        using FakeSystem system = new FakeSystem().Write($"{Root}/shmem_enabled", "always within_size advise [never] deny force");
        system.Check("THP in memory files", CheckStatus.Ok);
        system.Write($"{Root}/shmem_enabled", "always within_size advise never [deny] force");
        Assert.Equal(
            $"echo advise | sudo tee {Root}/shmem_enabled", system.Check("THP in memory files", CheckStatus.Warn).Remedy);
    }

    [Fact]
    public void A_collapse_counts_when_the_page_tables_show_it()
    {
        using var works = new FakeSystem();
        Assert.Contains(
            "seen in the page tables", works.Check("collapse to 2 MiB", CheckStatus.Ok).Found, StringComparison.Ordinal);
        using var isNot = new FakeSystem { Probe = new FakeProbe { Mapped = new SysResult(0) } };
        isNot.Check("collapse to 2 MiB", CheckStatus.Warn);
        using var unknown = new FakeSystem
        { Probe = new FakeProbe { Mapped = SysResult.Failed(Errno.ENOTTY), ScanResult = SysResult.Failed(Errno.ENOTTY) } };
        Assert.Contains("not verified", unknown.Check("collapse to 2 MiB", CheckStatus.Ok).Found, StringComparison.Ordinal);
        unknown.Check("PAGEMAP_SCAN", CheckStatus.Warn);
        using var fails = new FakeSystem { Probe = new FakeProbe { CollapseResult = SysResult.Failed(Errno.EINVAL) } };
        Assert.Contains("EINVAL", fails.Check("collapse to 2 MiB", CheckStatus.Missing).Found, StringComparison.Ordinal);
    }
}
