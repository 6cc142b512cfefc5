namespace Nonpaged.Cli.Tests.Doctor;

public sealed class GroupCheckTests
{
    private const string Second = "cgroup2 /sys/fs/cgroup /";

    [Fact]
    public void Without_a_limit_there_is_room()
    {
        using FakeSystem system = new FakeSystem().Groups("0::/a", Second)
            .Write("/sys/fs/cgroup/a/memory.max", "max").Write("/sys/fs/cgroup/a/hugetlb.2MB.max", "max");
        system.Check("memory limit", CheckStatus.Ok);
        system.Check("hugepages limit", CheckStatus.Ok);
    }

    [Fact]
    public void The_tightest_limit_of_version_2_counts_that_of_a_parent_too()
    {
        using FakeSystem system = new FakeSystem().Groups("0::/a/b", Second)
            .Write("/sys/fs/cgroup/a/memory.max", 1 << 30).Write("/sys/fs/cgroup/a/memory.current", 1000 << 20)
            .Write("/sys/fs/cgroup/a/b/memory.max", 800 << 20).Write("/sys/fs/cgroup/a/b/memory.current", 0);
        Check check = system.Check("memory limit", CheckStatus.Warn);
        Assert.Equal("1 GiB, 1000 MiB in use (/sys/fs/cgroup/a/memory.max)", check.Found);
        Assert.Equal("echo 2147483648 | sudo tee /sys/fs/cgroup/a/memory.max", check.Remedy);
    }

    [Fact]
    public void Version_1_is_read_in_its_controllers_folders_at_the_root_too()
    {
        using FakeSystem system = new FakeSystem().Groups(
                "5:hugetlb:/d\n4:cpu,memory:/docker/d\n0::/",
                "cgroup,hugetlb /sys/fs/cgroup/hugetlb /", "cgroup,cpu,memory /sys/fs/cgroup/memory /")
            .Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", 2L << 30)
            .Write("/sys/fs/cgroup/memory/memory.usage_in_bytes", 512 << 20)
            .Write("/sys/fs/cgroup/hugetlb/d/hugetlb.2MB.limit_in_bytes", 9223372036852678656);
        Assert.Equal(
            "2 GiB, 512 MiB in use (/sys/fs/cgroup/memory/memory.limit_in_bytes)",
            system.Check("memory limit", CheckStatus.Ok).Found);
        system.Check("hugepages limit", CheckStatus.Ok);
    }

    [Fact]
    public void A_group_without_hugepages_is_given_some_by_the_command_or_the_manifest()
    {
        using FakeSystem system = new FakeSystem().Groups("0::/", Second)
            .Write("/sys/fs/cgroup/hugetlb.2MB.max", 0).Write("/sys/fs/cgroup/hugetlb.2MB.current", 0);
        Assert.Equal(
            "echo 1073741824 | sudo tee /sys/fs/cgroup/hugetlb.2MB.max",
            system.Check("hugepages limit", CheckStatus.Missing).Remedy);
        system.Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal(
            "resources: {requests: {memory: 1Gi, hugepages-2Mi: 1Gi}, limits: {memory: 1Gi, hugepages-2Mi: 1Gi}}",
            system.Check("hugepages limit", CheckStatus.Missing).Remedy);
    }

    [Fact]
    public void A_limit_on_reserved_hugepages_counts_and_one_with_room_is_enough()
    {
        using FakeSystem system = new FakeSystem().Groups("0::/", Second).Write("/sys/fs/cgroup/hugetlb.2MB.max", 1 << 30)
            .Write("/sys/fs/cgroup/hugetlb.2MB.rsvd.max", 4 << 20).Write("/sys/fs/cgroup/hugetlb.2MB.rsvd.current", 2 << 20);
        Assert.Contains("rsvd.max", system.Check("hugepages limit", CheckStatus.Ok).Found, StringComparison.Ordinal);
        system.Write("/sys/fs/cgroup/hugetlb.2MB.rsvd.current", 4 << 20).Check("hugepages limit", CheckStatus.Missing);
    }

    [Fact]
    public void Kubernetes_is_told_the_memory_in_the_manifest_s_words()
    {
        using FakeSystem system = new FakeSystem().Groups("0::/", Second)
            .Write("/sys/fs/cgroup/memory.max", 128 << 20).Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal("resources: {limits: {memory: 1152Mi}}", system.Check("memory limit", CheckStatus.Warn).Remedy);
    }

    [Fact]
    public void Docker_is_told_the_memory_as_an_option_since_its_containers_cannot_write_their_limit()
    {
        using FakeSystem system = new FakeSystem().Groups("0::/", Second)
            .Write("/sys/fs/cgroup/memory.max", 128 << 20).Write("/.dockerenv", "");
        Assert.Equal("--memory=1152m", system.Check("memory limit", CheckStatus.Warn).Remedy);
    }

    [Fact]
    public void On_a_hybrid_system_a_controller_of_version_2_is_looked_for_where_that_is_mounted()
    {
        using FakeSystem system = new FakeSystem().Groups(
                "4:memory:/a\n1:name=systemd:/a\n0::/a/b",
                "cgroup,memory /sys/fs/cgroup/memory /",
                "cgroup2 /sys/fs/cgroup/unified /",
                "cgroup,name=systemd /sys/fs/cgroup/systemd /")
            .Write("/sys/fs/cgroup/unified/a/hugetlb.2MB.max", 0).Write("/sys/fs/cgroup/unified/a/hugetlb.2MB.current", 0)
            .Write("/sys/fs/cgroup/unified/a/b/memory.max", 1 << 20)
            .Write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", 1L << 30)
            .Write("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", 0);
        AssertFoundIn("/sys/fs/cgroup/unified/a/hugetlb.2MB.max", system.Check("hugepages limit", CheckStatus.Missing));
        AssertFoundIn("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", system.Check("memory limit", CheckStatus.Ok));
    }

    [Fact]
    public void A_controller_of_version_1_is_looked_for_where_it_is_mounted_whatever_the_folder_is_called()
    {
        using FakeSystem system = new FakeSystem().Groups(
                "5:rdma,hugetlb:/x\n4:memory:/x\n0::/",
                "cgroup,rdma,hugetlb /sys/fs/cgroup/hugetlb,rdma /",
                @"cgroup,memory /dev/my\040groups /",
                "cgroup2 /sys/fs/cgroup/unified /")
            .Write("/sys/fs/cgroup/hugetlb,rdma/x/hugetlb.2MB.limit_in_bytes", 0)
            .Write("/dev/my groups/x/memory.limit_in_bytes", 64 << 20);
        AssertFoundIn("/sys/fs/cgroup/hugetlb,rdma/x/", system.Check("hugepages limit", CheckStatus.Missing));
        AssertFoundIn("/dev/my groups/x/", system.Check("memory limit", CheckStatus.Warn));
    }

    [Theory]
    // The host's namespace of control groups, and a mount that begins at the container's group.
    [InlineData("/docker/d", "/docker/d", "")]
    [InlineData("/docker/d/child", "/docker/d", "/child")]
    // A namespace of its own.
    [InlineData("/", "/", "")]
    // A mount that was made outside of the process's namespace begins above its group; one that shows another view has the
    // container's own group at its root.
    [InlineData("/", "/..", "")]
    [InlineData("/kubepods/pod1/x", "/somewhere/else", "")]
    [InlineData("/docker/dd", "/docker/d", "")]
    public void In_a_container_the_mount_begins_at_a_group_of_its_own(string group, string root, string folder)
    {
        using FakeSystem system = new FakeSystem().Groups(
                $"4:hugetlb:{group}\n0::{group}",
                $"cgroup,hugetlb /sys/fs/cgroup/hugetlb {root}",
                $"cgroup2 /sys/fs/cgroup/unified {root}")
            .Write($"/sys/fs/cgroup/hugetlb{folder}/hugetlb.2MB.limit_in_bytes", 0)
            .Write($"/sys/fs/cgroup/unified{folder}/memory.max", 64 << 20);
        system.Check("hugepages limit", CheckStatus.Missing);
        AssertFoundIn($"/sys/fs/cgroup/unified{folder}/memory.max", system.Check("memory limit", CheckStatus.Warn));
    }

    [Fact]
    public void Of_several_mounts_that_counts_which_shows_the_process_s_group_and_the_most_above_it()
    {
        using FakeSystem system = new FakeSystem().Groups(
                "0::/a/b", "cgroup2 /one /a/c", "cgroup2 /two /a/b", "cgroup2 /three /", "cgroup2 /four /a")
            .Write("/one/memory.max", 1 << 20).Write("/three/a/memory.max", 64 << 20).Write("/three/a/b/memory.max", 128 << 20);
        AssertFoundIn("/three/a/memory.max", system.Check("memory limit", CheckStatus.Warn));
    }

    private static void AssertFoundIn(string file, Check check) => Assert.Contains(file, check.Found, StringComparison.Ordinal);
}
