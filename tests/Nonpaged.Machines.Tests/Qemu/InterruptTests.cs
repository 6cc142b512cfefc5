using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class InterruptTests
{
    // Intel 8254x developer's manual, section 13.4.17 to 13.4.21.
    private const uint ICR = 0xc0;
    private const uint ICS = 0xc8;
    private const uint IMS = 0xd0;
    private const uint LinkStatusChange = 1 << 2;

    [Fact]
    public void A_cause_that_is_not_masked_raises_the_line_and_reading_it_lowers_the_line()
    {
        using var raised = new SemaphoreSlim(0);
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        InterruptLine line = machine.GetInterrupt(machine.Nic.InterruptVector!.Value);
        line.Raised += () => raised.Release();

        for (int round = 0; round < 20; round++)
        {
            registers.WriteUInt32(IMS, LinkStatusChange);
            registers.WriteUInt32(ICS, LinkStatusChange);
            Assert.True(raised.Wait(Testbed.Patience));
            Assert.True(line.IsRaised);

            // The line's change comes before the answer, so it is known when the read returns.
            Assert.Equal(LinkStatusChange, registers.ReadUInt32(ICR) & LinkStatusChange);
            Assert.False(line.IsRaised);
        }

        Assert.Equal(0, raised.CurrentCount);
    }

    [Fact]
    public void A_masked_cause_raises_nothing()
    {
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        registers.WriteUInt32(ICS, LinkStatusChange);
        registers.ReadUInt32(IMS);
        for (uint vector = 0; vector < 24; vector++) Assert.False(machine.GetInterrupt(vector).IsRaised);
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    [InlineData("pcnet")]
    public void The_vector_of_slot_4_is_20_and_the_interrupt_line_register_says_so(string model)
    {
        using QemuMachine machine = Testbed.Start(model);
        byte[] line = new byte[1];
        machine.Nic.ReadConfiguration(0x3c, line);
        Assert.Equal(20u, machine.Nic.InterruptVector);
        Assert.Equal(20, line[0]);
    }

    [Fact]
    public void A_line_that_the_machine_does_not_have_is_refused()
    {
        using QemuMachine machine = Testbed.Start();
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.GetInterrupt(24));
        Assert.Equal(20u, machine.GetInterrupt(20).Vector);
        Assert.Same(machine.GetInterrupt(20), machine.GetInterrupt(20));
    }

    [Fact]
    public void A_handler_that_reads_hardware_is_told_that_it_must_not()
    {
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        var caught = new TaskCompletionSource<Exception?>();
        machine.GetInterrupt(20).Raised += () => caught.SetResult(Record.Exception(() => registers.ReadUInt32(ICR)));
        registers.WriteUInt32(IMS, LinkStatusChange);
        registers.WriteUInt32(ICS, LinkStatusChange);
        Assert.IsType<InvalidOperationException>(caught.Task.WaitAsync(Testbed.Patience).GetAwaiter().GetResult());
    }

    [Fact]
    public void A_handler_that_disposes_the_machine_is_told_that_it_must_not()
    {
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        var caught = new TaskCompletionSource<Exception?>();
        machine.GetInterrupt(20).Raised += () => caught.SetResult(Record.Exception(machine.Dispose));
        registers.WriteUInt32(IMS, LinkStatusChange);
        registers.WriteUInt32(ICS, LinkStatusChange);
        Assert.IsType<InvalidOperationException>(caught.Task.WaitAsync(Testbed.Patience).GetAwaiter().GetResult());
    }
}
