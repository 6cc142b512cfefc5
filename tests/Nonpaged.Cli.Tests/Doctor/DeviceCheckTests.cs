using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Doctor;

public sealed class DeviceCheckTests
{
    [Fact]
    public void AF_XDP_is_there_with_its_capabilities_or_lacks_some_or_is_not_built_in()
    {
        using FakeSystem all = new FakeSystem().Process(capabilities: FakeSystem.AllCapabilities);
        all.Check("AF_XDP", CheckStatus.Ok);
        using FakeSystem none = new FakeSystem { Probe = new FakeProbe { Xdp = SysResult.Failed(Errno.EPERM) } }.Process();
        Check check = none.Check("AF_XDP", CheckStatus.Warn);
        Assert.Equal("there, without CAP_NET_RAW, CAP_BPF, CAP_NET_ADMIN", check.Found);
        Assert.Contains("--ambient-caps +net_raw,+bpf,+net_admin $SHELL", check.Remedy, StringComparison.Ordinal);
        none.Variable("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        Assert.Equal(
            "securityContext: {capabilities: {add: [NET_RAW, BPF, NET_ADMIN]}}", none.Check("AF_XDP", CheckStatus.Warn).Remedy);
        using FakeSystem absent = new() { Probe = new FakeProbe { Xdp = SysResult.Failed(Errno.EAFNOSUPPORT) } };
        Assert.Equal("no such socket family", absent.Check("AF_XDP", CheckStatus.Missing).Found);
    }

    [Fact]
    public void TAP_interfaces_can_be_made_or_were_made_for_the_user_or_have_no_device()
    {
        using FakeSystem all = new FakeSystem().Process(capabilities: FakeSystem.AllCapabilities);
        all.Check("TAP interfaces", CheckStatus.Ok);
        using FakeSystem user = new FakeSystem().Process();
        Assert.Equal(
            "sudo ip tuntap add dev nic0 mode tap user $(id -un)", user.Check("TAP interfaces", CheckStatus.Warn).Remedy);
        using FakeSystem none = new() { Probe = new FakeProbe { TapResult = SysResult.Failed(Errno.ENOENT) } };
        Assert.Contains(
            "sudo mknod /dev/net/tun c 10 200",
            none.Check("TAP interfaces", CheckStatus.Missing).Remedy,
            StringComparison.Ordinal);
        none.Write("/.dockerenv", "");
        Assert.Equal("--device=/dev/net/tun", none.Check("TAP interfaces", CheckStatus.Missing).Remedy);
        using FakeSystem module = new() { Probe = new FakeProbe { TapResult = SysResult.Failed(Errno.ENODEV) } };
        Assert.Equal("sudo modprobe tun", module.Check("TAP interfaces", CheckStatus.Missing).Remedy);
        using FakeSystem closed = new() { Probe = new FakeProbe { TapResult = SysResult.Failed(Errno.EACCES) } };
        Assert.Equal("sudo chmod 0666 /dev/net/tun", closed.Check("TAP interfaces", CheckStatus.Missing).Remedy);
    }

    [Fact]
    public void IOMMU_groups_are_counted_and_where_there_are_none_the_machine_decides_on_the_remedy()
    {
        using FakeSystem some = new FakeSystem().Write("/sys/kernel/iommu_groups/0/type", "DMA")
            .Write("/sys/kernel/iommu_groups/1/type", "DMA");
        Assert.Equal("2", some.Check("IOMMU groups", CheckStatus.Ok).Found);
        using FakeSystem machine = new FakeSystem().Write("/proc/cpuinfo", "vendor_id : AuthenticAMD\nflags : fpu hypervisor");
        Check check = machine.Check("IOMMU groups", CheckStatus.Missing);
        Assert.Contains("virtual machine", check.Meaning, StringComparison.Ordinal);
        Assert.Null(check.Remedy);
        using FakeSystem intel = new FakeSystem().Write("/proc/cpuinfo", "vendor_id : GenuineIntel\nflags : fpu vmx")
            .Write("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"\"");
        Assert.Contains("intel_iommu=on", intel.Check("IOMMU groups", CheckStatus.Missing).Remedy, StringComparison.Ordinal);
        using FakeSystem amd = new FakeSystem().Write("/proc/cpuinfo", "vendor_id : AuthenticAMD\nflags : fpu svm");
        Assert.Contains("firmware", amd.Check("IOMMU groups", CheckStatus.Missing).Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void VFIO_has_groups_or_none_or_can_be_loaded_or_is_not_built()
    {
        using FakeSystem system = new FakeSystem().Write("/proc/sys/kernel/osrelease", "6.1.0");
        Assert.Null(system.Check("VFIO", CheckStatus.Missing).Remedy);
        system.Write("/lib/modules/6.1.0/kernel/drivers/vfio/vfio.ko", "");
        Assert.Equal("sudo modprobe vfio-pci", system.Check("VFIO", CheckStatus.Missing).Remedy);
        system.Write("/dev/vfio/vfio", "").Check("VFIO", CheckStatus.Warn);
        Assert.Equal("sudo modprobe vfio_iommu_type1", system.Write("/dev/vfio/12", "").Check("VFIO", CheckStatus.Warn).Remedy);
        Assert.Equal(
            "groups 12",
            system.Write("/sys/module/vfio_iommu_type1/parameters/dma_entry_limit", 65535).Check("VFIO", CheckStatus.Ok).Found);
    }

    [Fact]
    public void What_may_be_mapped_for_a_card_is_looked_at_where_there_is_an_IOMMU()
    {
        using FakeSystem little = new FakeSystem { Probe = new FakeProbe { Memlock = 8 << 20 } }.Process();
        Assert.DoesNotContain(
            Examination.Of(little.Look()).SelectMany(group => group.Checks), check => check.Name == "memlock for VFIO");
        little.Write("/sys/kernel/iommu_groups/0/type", "DMA");
        Check check = little.Check("memlock for VFIO", CheckStatus.Warn);
        Assert.Equal("8 MiB", check.Found);
        Assert.Contains("prlimit", check.Remedy, StringComparison.Ordinal);
        Assert.Equal(
            "no limit", little.Process(capabilities: FakeSystem.AllCapabilities).Check("memlock for VFIO", CheckStatus.Ok).Found);
        using FakeSystem much = new FakeSystem
        { Probe = new FakeProbe { Memlock = 64 << 20 } }.Process().Write("/sys/kernel/iommu_groups/0/type", "DMA");
        much.Check("memlock for VFIO", CheckStatus.Ok);
    }

    [Fact]
    public void A_QEMU_that_cannot_be_used_is_told_with_the_problem()
    {
        using var system = new FakeSystem
        { Probe = new FakeProbe { Qemu = new QemuProbeResult(null, null, "not there", "apt-get install x") } };
        Check check = system.Check("QEMU", CheckStatus.Missing);
        Assert.Equal(("not there", "sudo apt-get install x"), (check.Found, check.Remedy));
    }
}
