using System.Buffers.Binary;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class DmaTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_e1000_writes_its_descriptor_back_only_as_bus_master(bool isBusMaster)
    {
        // Intel 8254x developer's manual, sections 3.3.3 (legacy descriptor) and 13.4.33 to 13.4.39.
        const uint tctl = 0x400, tdbal = 0x3800, tdbah = 0x3804, tdlen = 0x3808, tdh = 0x3810, tdt = 0x3818;
        const uint ring = 0x2000, buffer = 0x3000;
        const int status = 12;
        using QemuMachine machine = Testbed.Start();
        using var ram = new RamMapping(machine);
        RegisterWindow registers = machine.Registers();
        machine.Nic.AllowBusMastering(isBusMaster);

        Span<byte> descriptor = ram.At(ring, 16);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, buffer);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[8..], 60);
        descriptor[11] = 0x0b; // RS, IFCS, EOP
        registers.WriteUInt32(tdbal, ring);
        registers.WriteUInt32(tdbah, 0);
        registers.WriteUInt32(tdlen, 128);
        registers.WriteUInt32(tdh, 0);
        registers.WriteUInt32(tctl, 0x2);
        registers.WriteUInt32(tdt, 1);
        registers.ReadUInt32(tdh);

        Assert.Equal(isBusMaster ? 1 : 0, ram.At(ring, 16)[status] & 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_rtl8139_receives_what_it_loops_back_only_as_bus_master(bool isBusMaster)
    {
        // RTL8139(A) data sheet, section 6.
        const uint tsd0 = 0x10, tsad0 = 0x20, rbstart = 0x30, cr = 0x37, tcr = 0x40, rcr = 0x44;
        const uint ring = 0x10_0000, buffer = 0x2000;
        using QemuMachine machine = Testbed.Start("rtl8139");
        using var ram = new RamMapping(machine);
        RegisterWindow registers = machine.Registers();
        machine.Nic.AllowBusMastering(isBusMaster);

        ram.At(buffer, 64).Fill(0x5a);
        ram.At(ring, 128).Clear();
        registers.WriteUInt32(rbstart, ring);
        registers.WriteByte(cr, 0x0c);
        registers.WriteUInt32(tcr, 3 << 17);
        registers.WriteUInt32(rcr, 0x8f);
        registers.WriteUInt32(tsad0, buffer);
        registers.WriteUInt32(tsd0, 64);
        registers.ReadUInt32(tsd0);

        Span<byte> received = ram.At(ring + 4, 64);
        Assert.Equal(isBusMaster, received.IndexOfAnyExcept((byte)0x5a) < 0);
        Assert.Equal(!isBusMaster, received.IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void A_doorbell_never_overtakes_the_stores_before_it()
    {
        // Each round the descriptor's buffer gets a new length; the device must see the length of its own round.
        const uint tctl = 0x400, tdbal = 0x3800, tdlen = 0x3808, tdt = 0x3818, tdh = 0x3810, totl = 0x40c8;
        const uint ring = 0x2000;
        using QemuMachine machine = Testbed.Start();
        using var ram = new RamMapping(machine);
        RegisterWindow registers = machine.Registers();
        machine.Nic.AllowBusMastering(true);
        registers.WriteUInt32(tdbal, ring);
        registers.WriteUInt32(tdlen, 128);
        registers.WriteUInt32(tctl, 0x2);

        uint sent = 0;
        for (uint round = 0; round < 2000; round++)
        {
            int index = (int)(round % 8);
            Span<byte> descriptor = ram.At(ring, 128).Slice(16 * index, 16);
            ushort length = (ushort)(60 + (round % 1000));
            descriptor.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(descriptor, 0x3000);
            BinaryPrimitives.WriteUInt16LittleEndian(descriptor[8..], length);
            descriptor[11] = 0x09;
            registers.WriteUInt32(tdt, (uint)((index + 1) % 8));
            sent += length;
            if (index == 7) Assert.Equal(0u, registers.ReadUInt32(tdh));
        }

        // TOT counts the octets sent, with the 4 of each frame check sequence (section 13.7, total octets transmitted).
        Assert.Equal(sent + (4 * 2000), registers.ReadUInt32(totl));
    }
}
