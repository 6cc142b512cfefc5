using System.Buffers.Binary;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class PciTests
{
    [Theory]
    [InlineData("e1000", 0x8086, 0x100e, "m131072 p64")]
    [InlineData("rtl8139", 0x10ec, 0x8139, "p256 m256")]
    [InlineData("e1000e", 0x8086, 0x10d3, "m131072 m131072 p32 m16384")]
    [InlineData("pcnet", 0x1022, 0x2000, "p32 m32")]
    [InlineData("ne2k_pci", 0x10ec, 0x8029, "p256")]
    [InlineData("tulip", 0x1011, 0x0019, "p128 m128")]
    [InlineData("i82557b", 0x8086, 0x1229, "m4096 p64 m131072")]
    [InlineData("vmxnet3", 0x15ad, 0x07b0, "m4096 m4096 m8192")]
    [InlineData("virtio-net-pci", 0x1af4, 0x1000, "p32 m4096 m16384")]
    public void The_adapter_is_found_and_its_resources_are_assigned(string model, int vendor, int device, string expected)
    {
        using QemuMachine machine = Testbed.Start(model);
        PciDevice nic = machine.Nic;

        Assert.Equal((vendor, device), (nic.VendorId, nic.DeviceId));
        Assert.Equal("00:04.0", nic.Location.ToString());
        Assert.Equal(expected, string.Join(' ', nic.Bars.Select(static bar => $"{(bar.IsPort ? 'p' : 'm')}{bar.Length}")));
        foreach (PciBar bar in nic.Bars)
        {
            Assert.Equal(0ul, bar.Start % bar.Length);
            Assert.InRange(
                bar.Start, bar.IsPort ? 0xc000u : 0xe000_0000, bar.IsPort ? 0x1_0000 - bar.Length : 0xfec0_0000 - bar.Length);
            Assert.Equal(bar.Start, ReadUInt32(nic, 0x10 + (4 * bar.Index)) & (bar.IsPort ? ~3u : ~0xfu));
        }

        Assert.Equal(nic.Bars.Count, nic.Bars.Select(static bar => (bar.IsPort, bar.Start)).Distinct().Count());
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    [InlineData("virtio-net-pci")]
    public void The_adapter_decodes_its_resources_and_may_not_master_the_bus(string model)
    {
        using QemuMachine machine = Testbed.Start(model);
        Assert.Equal(0x3u, ReadUInt32(machine.Nic, 4) & 0x7);
    }

    [Fact]
    public void Ports_and_registers_lead_to_the_same_device()
    {
        // RTL8139(A) data sheet, section 6: IDR0-5, the station address, at offset 0 of either base address register.
        using QemuMachine machine = Testbed.Start("rtl8139");
        RegisterWindow registers = machine.Registers();
        ushort port = (ushort)machine.Nic.Bars.First(static bar => bar.IsPort).Start;
        byte[] byRegister = [.. Enumerable.Range(0, 6).Select(i => registers.ReadByte((uint)i))];
        byte[] byPort = [.. Enumerable.Range(0, 6).Select(i => machine.Ports.ReadByte((ushort)(port + i)))];

        Assert.Equal([0x52, 0x54, 0x00, 0x12, 0x34, 0x56], byRegister);
        Assert.Equal(byRegister, byPort);
    }

    [Fact]
    public void Accesses_of_every_width_agree()
    {
        using QemuMachine machine = Testbed.Start("rtl8139");
        RegisterWindow registers = machine.Registers();
        ushort port = (ushort)machine.Nic.Bars.First(static bar => bar.IsPort).Start;
        Assert.Equal(0x5452, registers.ReadUInt16(0));
        Assert.Equal(0x1200_5452u, registers.ReadUInt32(0));
        Assert.Equal(0x5452, machine.Ports.ReadUInt16(port));
        Assert.Equal(0x1200_5452u, machine.Ports.ReadUInt32(port));
    }

    [Fact]
    public void Configuration_space_reads_the_same_in_pieces_of_any_alignment()
    {
        using QemuMachine machine = Testbed.Start();
        byte[] whole = new byte[256];
        machine.Nic.ReadConfiguration(0, whole);
        for (int offset = 0; offset < 64; offset++)
        {
            for (int length = 1; length <= 8; length++)
            {
                byte[] piece = new byte[length];
                machine.Nic.ReadConfiguration(offset, piece);
                Assert.Equal(whole[offset..(offset + length)], piece);
            }
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(256, 1)]
    [InlineData(253, 4)]
    public void An_access_outside_configuration_space_is_refused(int offset, int length)
    {
        using QemuMachine machine = Testbed.Start();
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Nic.ReadConfiguration(offset, new byte[length]));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Nic.WriteConfiguration(offset, new byte[length]));
    }

    [Fact]
    public void Configuration_accesses_of_several_threads_do_not_mix()
    {
        using QemuMachine machine = Testbed.Start();
        Parallel.For(0, 4, thread =>
        {
            PciDevice device = machine.PciDevices[thread % machine.PciDevices.Count];
            uint expected = ((uint)device.DeviceId << 16) | device.VendorId;
            for (int i = 0; i < 200; i++) Assert.Equal(expected, ReadUInt32(device, 0));
        });
    }

    [Fact]
    public void The_chipset_is_found_and_has_nothing_that_could_write_to_RAM()
    {
        using QemuMachine machine = Testbed.Start();
        Assert.Equal(
            ["00:00.0 8086:29c0", "00:04.0 8086:100e", "00:1f.0 8086:2918"],
            machine.PciDevices.Select(static device => device.ToString()!));
    }

    [Fact]
    public void Registers_that_no_device_has_cannot_be_mapped()
    {
        using QemuMachine machine = Testbed.Start();
        PciBar bar = machine.Nic.Bars[0];
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.MapRegisters(new PhysicalAddress(0x1000), 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.MapRegisters(new PhysicalAddress(bar.Start), bar.Length + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            machine.MapRegisters(new PhysicalAddress(bar.Start + bar.Length - 4), 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.MapRegisters(new PhysicalAddress(ulong.MaxValue), 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.MapRegisters(new PhysicalAddress(bar.Start), 0));
    }

    [Fact]
    public void An_access_outside_the_window_or_not_aligned_is_refused()
    {
        using QemuMachine machine = Testbed.Start();
        RegisterWindow window = machine.MapRegisters(new PhysicalAddress(machine.Nic.Bars[0].Start), 16);
        Assert.Throws<ArgumentOutOfRangeException>(() => window.ReadUInt32(16));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.ReadUInt32(uint.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.ReadUInt32(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.WriteUInt16(15, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.WriteByte(16, 0));
        window.ReadUInt32(12);
    }

    private static uint ReadUInt32(PciDevice device, int offset)
    {
        byte[] value = new byte[4];
        device.ReadConfiguration(offset, value);
        return BinaryPrimitives.ReadUInt32LittleEndian(value);
    }
}
