using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>Properties of the network adapter, an adapter of the ISA bus, and none.</summary>
public sealed class NicTests
{
    // DP8390D data sheet, section 10; the board's reset port and data port follow the chip's sixteen registers.
    private const ushort Command = 0x00;
    private const ushort InterruptStatus = 0x07;
    private const ushort RemoteAddress = 0x08;
    private const ushort RemoteCount = 0x0a;
    private const ushort DataConfiguration = 0x0e;
    private const ushort InterruptMask = 0x0f;
    private const ushort RemoteDone = 0x40;

    [Fact]
    public void Properties_reach_the_device()
    {
        using QemuMachine machine = Testbed.Start(
            new QemuOptions { NicModel = "rtl8139", NicProperties = [new("mac", "52:54:00:01:02:03")] });
        PciBar ports = machine.Nic.Bars.First(static bar => bar.IsPort);
        byte[] address = [.. Enumerable.Range(0, 6)
            .Select(index => machine.Ports.ReadByte((ushort)((int)ports.Start + index)))];
        Assert.Equal([0x52, 0x54, 0x00, 0x01, 0x02, 0x03], address);
    }

    [Theory]
    [InlineData(0x300, 9)]
    [InlineData(0x240, 3)]
    [InlineData(0x3e0, 15)]
    public void An_adapter_of_the_isa_bus_answers_at_its_ports_and_raises_its_line(int port, int interrupt)
    {
        using QemuMachine machine = Testbed.Start(new QemuOptions
        {
            NicModel = "ne2k_isa",
            NicProperties = [new("iobase", $"0x{port:x}"), new("irq", $"{interrupt}")],
        });
        IsaDevice nic = machine.IsaNic!;
        Assert.Equal(new DeviceRange(IsPort: true, (ulong)port, 0x20), Assert.Single(nic.Ranges));
        Assert.Equal((uint)interrupt, nic.InterruptVector);
        using var raised = new ManualResetEventSlim();
        InterruptLine line = machine.GetInterrupt(nic.InterruptVector!.Value);
        line.Raised += raised.Set;

        // A remote read of one byte ends with an interrupt.
        Write(Command, 0x22);
        Write(DataConfiguration, 0x48);
        Write(InterruptMask, RemoteDone);
        Write(RemoteCount, 1);
        Write(RemoteCount + 1, 0);
        Write(RemoteAddress, 0);
        Write(RemoteAddress + 1, 0);
        Write(Command, 0x0a);
        machine.Ports.ReadByte((ushort)(port + 0x10));
        Assert.True(raised.Wait(Testbed.Patience));
        Assert.True(line.IsRaised);
        Write(InterruptStatus, RemoteDone);
        machine.Ports.ReadByte((ushort)(port + InterruptStatus));
        Assert.False(line.IsRaised);

        void Write(int register, int value) => machine.Ports.WriteByte((ushort)(port + register), (byte)value);
    }

    [Fact]
    public void A_machine_without_an_adapter_starts_and_has_none()
    {
        using QemuMachine machine = Testbed.Start(new QemuOptions { NicModel = null });
        Assert.Null(machine.IsaNic);
        Assert.Throws<InvalidOperationException>(() => machine.Nic);
    }

    [Theory]
    [InlineData("e1000", "netdev", "x")]
    [InlineData("e1000", "addr", "7")]
    [InlineData("e1000", "mac,id", "7")]
    [InlineData("ne2k_isa", "irq", "16")]
    [InlineData("ne2k_isa", "irq", "13")]
    [InlineData("ne2k_isa", "irq", "-1")]
    [InlineData("ne2k_isa", "iobase", "0x200000300")]
    [InlineData("ne2k_isa", "iobase", "0x3f8")]
    [InlineData("ne2k_isa", "iobase", "much")]
    public void A_property_that_would_break_the_machine_is_refused(string model, string name, string value) =>
        Assert.Throws<ArgumentException>(() =>
            QemuMachine.Start(new QemuOptions { NicModel = model, NicProperties = [new(name, value)] }));

    [Fact]
    public void A_value_with_a_comma_stays_one_value()
    {
        Testbed.RequireQemu();
        MachineException exception = Assert.Throws<MachineException>(
            static () => QemuMachine.Start(new QemuOptions { NicProperties = [new("romfile", "/nonexistent/a,b=c")] }));
        Assert.Contains("/nonexistent/a,b=c", exception.Reason, StringComparison.Ordinal);
    }
}
