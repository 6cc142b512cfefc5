using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class StartFailureTests
{
    [Fact]
    public void An_unknown_NIC_model_passes_on_QEMUs_words_and_lists_the_models()
    {
        Testbed.RequireQemu();
        MachineException exception = Assert.Throws<MachineException>(static () =>
            QemuMachine.Start(new QemuOptions { NicModel = "no-such-model" }));
        Assert.Contains("'no-such-model' is not a valid device model name", exception.Reason, StringComparison.Ordinal);
        Assert.Contains("e1000, ", exception.Remedy, StringComparison.Ordinal);
        Assert.Contains("rtl8139", exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_no_NIC_is_told_so()
    {
        Testbed.RequireQemu();
        MachineException exception = Assert.Throws<MachineException>(static () =>
            QemuMachine.Start(new QemuOptions { NicModel = "isa-serial" }));
        Assert.Contains("isa-serial", exception.Reason, StringComparison.Ordinal);
        Assert.Contains("rtl8139", exception.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("e1000,mac=52:54:00:00:00:01")]
    [InlineData("e1000 -daemonize")]
    [InlineData("e1000\n")]
    public void A_NIC_model_that_is_more_than_a_name_is_refused(string model) =>
        Assert.Throws<ArgumentException>(() => QemuMachine.Start(new QemuOptions { NicModel = model }));

    [Fact]
    public void A_program_that_is_not_there_is_told_with_the_command_that_installs_QEMU()
    {
        MachineException exception = Assert.Throws<MachineException>(static () =>
            QemuMachine.Start(new QemuOptions { Program = "/nonexistent/qemu" }));
        Assert.Contains("/nonexistent/qemu cannot be run: No such file or directory", exception.Reason, StringComparison.Ordinal);
        Assert.Equal("apt-get install --no-install-recommends qemu-system-x86", exception.Remedy);
    }

    [Fact]
    public void A_program_that_is_not_QEMU_is_told()
    {
        MachineException exception = Assert.Throws<MachineException>(static () =>
            QemuMachine.Start(new QemuOptions { Program = "/bin/true" }));
        Assert.Contains(
            "QEMU (/bin/true) did not start. QEMU ended with exit code 0.", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_traffic_file_that_cannot_be_made_passes_on_QEMUs_words()
    {
        Testbed.RequireQemu();
        MachineException exception = Assert.Throws<MachineException>(static () =>
            QemuMachine.Start(new QemuOptions { PcapFile = "/nonexistent/a,b.pcap" }));
        Assert.Contains(
            "can't open /nonexistent/a,b.pcap: No such file or directory", exception.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_probe_finds_QEMU_and_its_version()
    {
        Testbed.RequireQemu();
        QemuProbeResult found = QemuProbe.Find();
        Assert.True(File.Exists(found.Path));
        Assert.True(Version.Parse(found.Version!) >= new Version(7, 0));
        Assert.Null(found.Remedy);
    }

    [Theory]
    [InlineData("a,b", "a,,b")]
    [InlineData(",,", ",,,,")]
    [InlineData("a=b", "a=b")]
    public void A_comma_in_an_option_is_doubled(string value, string expected) =>
        Assert.Equal(expected, QemuArguments.Escape(value));
}
