using Nonpaged.Interop;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class MemoryCheckTests
{
    [Fact]
    public void Swap_is_off_or_its_areas_are_named()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority");
        Assert.Equal("off", system.Check("swap", CheckStatus.Ok).Found);
        system.Write(
            "/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/sda2   partition\t1\t0\t-2\n/swapfile file\t1\t0\t-3");
        Assert.Equal("/dev/sda2, /swapfile", system.Check("swap", CheckStatus.Ok).Found);
    }

    [Fact]
    public void A_number_of_mappings_below_the_kernel_s_default_is_a_warning()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/sys/vm/max_map_count", 65530)
            .Write("/proc/self/maps", "one\ntwo");
        Assert.Equal("65530, 2 in use by this program", system.Check("max_map_count", CheckStatus.Ok).Found);
        system.Write("/proc/sys/vm/max_map_count", 1000);
        Assert.Equal("sudo sysctl -w vm.max_map_count=262144", system.Check("max_map_count", CheckStatus.Warn).Remedy);
        using var unknown = new FakeSystem();
        unknown.Check("max_map_count", CheckStatus.Missing);
    }

    [Fact]
    public void A_node_without_hugepages_beside_one_that_has_some_is_a_warning()
    {
        using FakeSystem system = new FakeSystem().Write("/sys/devices/system/node/node0/meminfo", "")
            .Write("/sys/devices/system/node/online", "0");
        Assert.Equal("1", system.Check("NUMA nodes", CheckStatus.Ok).Found);
        system.Write("/sys/devices/system/node/node1/meminfo", "").Check("NUMA nodes", CheckStatus.Ok);
        system.Write(Pool(0, "nr_hugepages"), 8).Write(Pool(0, "free_hugepages"), 8);
        Check check = system.Check("NUMA nodes", CheckStatus.Warn);
        Assert.Equal("2; free hugepages of 2 MiB: node0 8 of 8, node1 0 of 0", check.Found);
        Assert.Equal($"echo 512 | sudo tee {Pool(1, "nr_hugepages")}", check.Remedy);
        system.Write(Pool(1, "nr_hugepages"), 8).Write(Pool(1, "free_hugepages"), 1).Check("NUMA nodes", CheckStatus.Ok);
    }

    [Fact]
    public void Frame_numbers_are_readable_hidden_or_refused()
    {
        using FakeSystem readable = new();
        readable.Check("frame numbers", CheckStatus.Ok);
        using FakeSystem hidden = new() { Probe = new FakeProbe { Frame = 0 } };
        Assert.StartsWith("sudo setpriv", hidden.Check("frame numbers", CheckStatus.Warn).Remedy, StringComparison.Ordinal);
        Assert.Equal("--cap-add=SYS_ADMIN", hidden.Write("/.dockerenv", "").Check("frame numbers", CheckStatus.Warn).Remedy);
        using FakeSystem refused = new() { Probe = new FakeProbe { FrameResult = SysResult.Failed(Errno.EACCES) } };
        Assert.Contains("EACCES", refused.Check("frame numbers", CheckStatus.Missing).Found, StringComparison.Ordinal);
    }

    private static string Pool(int node, string name) => $"/sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/{name}";
}
