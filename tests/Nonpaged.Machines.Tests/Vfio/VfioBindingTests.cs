using Nonpaged.Machines.Vfio;

namespace Nonpaged.Machines.Tests.Vfio;

/// <summary>What is refused before anything is changed. That binding works is shown with a kernel, in a guest.</summary>
public sealed class VfioBindingTests
{
    [Fact]
    public void A_card_without_an_IOMMU_a_bridge_and_one_that_is_up_are_refused_and_nothing_is_written()
    {
        using FakePci pci = new FakePci().AddDriver("vfio-pci")
            .Add("0000:00:04.0", driver: "e1000")
            .Add("0000:00:05.0", "0x060400", group: 1)
            .Add("0000:00:06.0", driver: "e1000", group: 2, net: "eth0", isUp: true);
        var binding = new VfioBinding(pci.Root);
        Assert.Contains("is in no IOMMU group", Refusal(binding, "0000:00:04.0").Reason, StringComparison.Ordinal);
        Assert.Contains("is a bridge", Refusal(binding, "0000:00:05.0").Reason, StringComparison.Ordinal);
        MachineException up = Refusal(binding, "0000:00:06.0");
        Assert.Equal("0000:00:06.0 is in use by the kernel's driver e1000 (eth0, which is up).", up.Reason);
        Assert.Equal("ip link set eth0 down && nonpaged bind 0000:00:06.0", up.Remedy);
        foreach (string address in new[] { "0000:00:04.0", "0000:00:05.0", "0000:00:06.0" })
            Assert.Equal("(null)", pci.Override(address));
    }

    [Fact]
    public void Without_the_driver_the_remedy_loads_it()
    {
        using FakePci pci = new FakePci().Add("0000:00:04.0", group: 1);
        Assert.Equal("modprobe vfio-pci", Refusal(new VfioBinding(pci.Root), "0000:00:04.0").Remedy);
        Assert.Equal("(null)", pci.Override("0000:00:04.0"));
    }

    [Fact]
    public void A_card_that_vfio_pci_does_not_take_is_as_it_was()
    {
        using FakePci pci = new FakePci().AddDriver("vfio-pci").Add("0000:00:04.0", group: 1);
        Assert.Contains(
            "did not take 0000:00:04.0", Refusal(new VfioBinding(pci.Root), "0000:00:04.0").Reason, StringComparison.Ordinal);
        // The line without text, written over the first character: sysfs takes each write as a whole.
        Assert.Equal("fio-pci", pci.Override("0000:00:04.0"));
    }

    [Fact]
    public void A_card_that_is_bound_stays_so_and_one_that_is_in_use_is_not_given_back()
    {
        using FakePci pci = new FakePci().AddDriver("vfio-pci")
            .Add("0000:00:04.0", driver: "vfio-pci", group: 1)
            .Add("0000:00:05.0", driver: "e1000", group: 2)
            .AddUser(4711, "router", 1);
        Assert.Equal("vfio-pci", new VfioBinding(pci.Root).Bind("0000:00:04.0").Driver);
        Assert.Equal("e1000", new VfioBinding(pci.Root).Unbind("0000:00:05.0").Driver);
        MachineException used = Assert.Throws<MachineException>(() => new VfioBinding(pci.Root).Unbind("0000:00:04.0"));
        Assert.Equal("0000:00:04.0 is in use: router (process 4711) has its group 1 open.", used.Reason);
        Assert.Equal("(null)", pci.Override("0000:00:04.0"));
    }

    private static MachineException Refusal(VfioBinding binding, string address) =>
        Assert.Throws<MachineException>(() => binding.Bind(address));
}
