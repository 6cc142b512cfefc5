namespace Nonpaged.Cli.Tests.Doctor;

public sealed class GroupCheckTests
{
    [Fact]
    public void Without_a_limit_there_is_room()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", "0::/a").Write("/sys/fs/cgroup/a/memory.max", "max").Write("/sys/fs/cgroup/a/hugetlb.2MB.max", "max");
        system.Check("memory limit", CheckStatus.Ok);
        system.Check("hugepages limit", CheckStatus.Ok);
    }

    [Fact]
    public void The_tightest_limit_of_version_2_counts_that_of_a_parent_too()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", "0::/a/b")
            .Write("/sys/fs/cgroup/a/memory.max", 1 << 30).Write("/sys/fs/cgroup/a/memory.current", 1000 << 20)
            .Write("/sys/fs/cgroup/a/b/memory.max", 800 << 20).Write("/sys/fs/cgroup/a/b/memory.current", 0);
        Check check = system.Check("memory limit", CheckStatus.Warn);
        Assert.Equal("1 GiB, 1000 MiB in use (/sys/fs/cgroup/a/memory.max)", check.Found);
        Assert.Equal("echo 2147483648 | sudo tee /sys/fs/cgroup/a/memory.max", check.Remedy);
    }

    [Fact]
    public void Version_1_is_read_in_its_controllers_folders_at_the_root_too()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", "5:hugetlb:/d\n4:cpu,memory:/docker/d\n0::/")
            .Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", 2L << 30).Write("/sys/fs/cgroup/memory/memory.usage_in_bytes", 512 << 20)
            .Write("/sys/fs/cgroup/hugetlb/d/hugetlb.2MB.limit_in_bytes", 9223372036852678656);
        Assert.Equal("2 GiB, 512 MiB in use (/sys/fs/cgroup/memory/memory.limit_in_bytes)", system.Check("memory limit", CheckStatus.Ok).Found);
        system.Check("hugepages limit", CheckStatus.Ok);
    }

    [Fact]
    public void A_group_without_hugepages_is_given_some_by_the_command_or_the_manifest()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", "0::/").Write("/sys/fs/cgroup/hugetlb.2MB.max", 0).Write("/sys/fs/cgroup/hugetlb.2MB.current", 0);
        Assert.Equal("echo 1073741824 | sudo tee /sys/fs/cgroup/hugetlb.2MB.max", system.Check("hugepages limit", CheckStatus.Missing).Remedy);
        system.Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal(
            "resources: {requests: {memory: 1Gi, hugepages-2Mi: 1Gi}, limits: {memory: 1Gi, hugepages-2Mi: 1Gi}}",
            system.Check("hugepages limit", CheckStatus.Missing).Remedy);
    }

    [Fact]
    public void A_limit_on_reserved_hugepages_counts_and_one_with_room_is_enough()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", "0::/").Write("/sys/fs/cgroup/hugetlb.2MB.max", 1 << 30)
            .Write("/sys/fs/cgroup/hugetlb.2MB.rsvd.max", 4 << 20).Write("/sys/fs/cgroup/hugetlb.2MB.rsvd.current", 2 << 20);
        Assert.Contains("rsvd.max", system.Check("hugepages limit", CheckStatus.Ok).Found, StringComparison.Ordinal);
        system.Write("/sys/fs/cgroup/hugetlb.2MB.rsvd.current", 4 << 20).Check("hugepages limit", CheckStatus.Missing);
    }

    [Fact]
    public void Kubernetes_is_told_the_memory_in_the_manifest_s_words()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/self/cgroup", "0::/").Write("/sys/fs/cgroup/memory.max", 128 << 20).Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal("resources: {limits: {memory: 1152Mi}}", system.Check("memory limit", CheckStatus.Warn).Remedy);
    }
}
