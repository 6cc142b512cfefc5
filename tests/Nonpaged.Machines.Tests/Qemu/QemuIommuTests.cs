using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>What a card of QEMU's reaches through QEMU's IOMMU, and the cable that ends in this process.</summary>
public sealed class QemuIommuTests
{
    private const uint Rtl8139Id = 0x813910ec;

    [Fact]
    public void A_card_reads_the_memory_that_is_allowed_and_faults_where_it_is_not()
    {
        using QemuMachine machine = Start();
        using NonpagedPool pool = machine.CreatePool(new NonpagedPoolOptions { Name = "test" });
        using MemoryBlock frame = pool.Allocate(new MemoryRequest(4096) { Contiguous = true });
        frame.AsSpan().Fill(0x5a);
        PhysicalAddress address = frame.PhysicalAddress!.Value;
        DeviceReach reach = machine.Reach!;

        reach.Allow(address, 4096);
        Send(machine, address);
        byte[]? sent = machine.Wire!.Receive(TimeSpan.FromSeconds(5));
        Assert.NotNull(sent);
        Assert.Equal(60, sent.Length);
        Assert.All(sent, one => Assert.Equal(0x5a, one));
        Assert.Null(reach.TakeFault());

        reach.Deny(address, 4096);
        Send(machine, address);
        DmaFault fault = Assert.IsType<DmaFault>(Await(reach));
        Assert.Equal(new DmaFault(address, IsWrite: false), fault);
        Assert.Null(reach.TakeFault());
    }

    [Fact]
    public void A_page_that_was_allowed_twice_is_denied_by_the_second_call()
    {
        using QemuMachine machine = Start();
        using NonpagedPool pool = machine.CreatePool(new NonpagedPoolOptions { Name = "test" });
        using MemoryBlock frame = pool.Allocate(new MemoryRequest(4096) { Contiguous = true });
        PhysicalAddress address = frame.PhysicalAddress!.Value;
        DeviceReach reach = machine.Reach!;
        reach.Allow(address, 100);
        reach.Allow(new PhysicalAddress(address.Value + 200), 100);
        reach.Deny(address, 100);
        Send(machine, address);
        Assert.NotNull(machine.Wire!.Receive(TimeSpan.FromSeconds(5)));
        reach.Deny(new PhysicalAddress(address.Value + 200), 100);
        Send(machine, address);
        Assert.NotNull(Await(reach));
    }

    [Theory]
    [InlineData(1UL << 20)]
    [InlineData(1UL << 30)]
    public void A_machine_whose_tables_have_no_room_is_refused(ulong ram) => Assert.Throws<ArgumentException>(() =>
        QemuMachine.Start(new QemuOptions { HasIommu = true, RamBytes = ram }));

    [Fact]
    public void The_cable_ends_with_the_machine()
    {
        QemuMachine machine = Start();
        FrameWire wire = machine.Wire!;
        Assert.Null(wire.Receive(TimeSpan.FromMilliseconds(20)));
        Assert.Throws<ArgumentOutOfRangeException>(() => wire.Send([]));
        machine.Dispose();
        Assert.False(wire.Send(new byte[60]));
        Assert.Null(wire.Receive(TimeSpan.FromSeconds(5)));
    }

    private static QemuMachine Start()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        var machine = QemuMachine.Start(new QemuOptions { NicModel = "rtl8139", HasIommu = true, HasWire = true });
        Assert.Equal(Rtl8139Id, ((uint)machine.Nic.DeviceId << 16) | machine.Nic.VendorId);
        // Ports, memory, bus master (PCI 2.2, 6.2.2).
        machine.Nic.WriteConfiguration(4, [0x07, 0x00]);
        return machine;
    }

    /// <summary>Has the card send 60 bytes (data sheet "RTL8139C(L)", 5.6: TSAD0, TSD0, CR).</summary>
    private static void Send(QemuMachine machine, PhysicalAddress address)
    {
        ushort ports = (ushort)machine.Nic.Bars.First(bar => bar.IsPort).Start;
        machine.Ports.WriteByte((ushort)(ports + 0x37), 0x10);
        machine.Ports.WriteByte((ushort)(ports + 0x37), 0x04);
        machine.Ports.WriteUInt32((ushort)(ports + 0x20), (uint)address.Value);
        machine.Ports.WriteUInt32((ushort)(ports + 0x10), 60);
    }

    private static DmaFault? Await(DeviceReach reach)
    {
        DmaFault? fault = null;
        SpinWait.SpinUntil(() => (fault = reach.TakeFault()) is not null, TimeSpan.FromSeconds(5));
        return fault;
    }
}
