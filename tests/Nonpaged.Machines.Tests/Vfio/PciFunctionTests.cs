using Nonpaged.Machines.Vfio;

namespace Nonpaged.Machines.Tests.Vfio;

public sealed class PciFunctionTests
{
    [Fact]
    public void A_function_is_told_with_its_driver_its_group_and_its_interfaces()
    {
        using FakePci pci = new FakePci().Add("0000:00:04.0", driver: "e1000", group: 3, net: "eth0", isUp: true)
            .Add("0000:00:1f.0", "0x060100");
        PciFunction card = new PciFunctions(pci.Root).Find("00:04.0");
        Assert.Equal(
            ("0000:00:04.0", (ushort)0x8086, (ushort)0x100e, "e1000", 3, 11u),
            (card.Address, card.VendorId, card.DeviceId, card.Driver, card.Group, card.Irq));
        Assert.True(card is { IsNetwork: true, IsBridge: false, BlocksGroup: true });
        Assert.Equal("the kernel's driver e1000 (eth0, which is up)", card.User);
        PciFunction bridge = new PciFunctions(pci.Root).Find("0000:00:1f.0");
        Assert.True(bridge is { IsBridge: true, Driver: null, Group: null, BlocksGroup: false });
        Assert.Equal(["0000:00:04.0", "0000:00:1f.0"], new PciFunctions(pci.Root).All().Select(function => function.Address));
    }

    [Theory]
    [InlineData("0000:00:05.0")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../devices/0000:00:04.0")]
    [InlineData("0000:00:04.0/net")]
    public void What_is_no_address_of_a_function_is_refused_with_the_cards_there_are(string address)
    {
        using FakePci pci = new FakePci().Add("0000:00:04.0");
        MachineException refused = Assert.Throws<MachineException>(() => new PciFunctions(pci.Root).Find(address));
        Assert.Contains("Network cards are at 0000:00:04.0.", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("nonpaged devices", refused.Remedy);
    }

    [Fact]
    public void Drivers_of_the_kernel_s_block_a_group_and_bridges_and_VFIO_do_not()
    {
        using FakePci pci = new FakePci().Add("0000:00:04.0", driver: "vfio-pci", group: 1)
            .Add("0000:00:05.0", driver: "e1000", group: 1)
            .Add("0000:00:06.0", "0x060400", "pcieport", 1)
            .Add("0000:00:07.0", driver: "e1000", group: 2)
            .Add("0000:00:08.0", group: 1);
        Assert.Equal(
            ["0000:00:05.0"],
            new PciFunctions(pci.Root).InGroup(1).Where(function => function.BlocksGroup).Select(function => function.Address));
    }
}
