using System.Diagnostics;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class LifetimeTests(ITestOutputHelper output)
{
    [Fact]
    public void Starting_takes_well_under_a_second()
    {
        Testbed.RequireQemu();
        var times = new List<double>();
        // On a machine that is busy some starts take longer; one that waited for something would never take less.
        Testbed.WaitUntil(() =>
        {
            var clock = Stopwatch.StartNew();
            using var machine = QemuMachine.Start(new QemuOptions());
            times.Add(clock.Elapsed.TotalMilliseconds);
            return times.Count >= 10 && times.Min() < 1000;
        });
        output.WriteLine($"Start, ms: {string.Join(", ", times.Select(static time => $"{time:0}"))}");
        Assert.True(times.Min() < 1000, $"{times.Min():0} ms");
    }

    [Fact]
    public void Disposing_leaves_no_process_and_no_descriptor()
    {
        Testbed.Start().Dispose();
        List<string> before = ProcessTable.OpenDescriptors();
        for (int round = 0; round < 20; round++)
        {
            QemuMachine machine = Testbed.Start();
            (int qemu, int guardian) = (machine.ProcessId, machine.GuardianId);
            Assert.True(ProcessTable.Exists(qemu) && ProcessTable.Exists(guardian));

            machine.Dispose();
            Assert.False(ProcessTable.Exists(qemu), "QEMU is still there.");
            Assert.False(ProcessTable.Exists(guardian), "The guardian is still there.");
            Assert.True(machine.RamDescriptor.IsClosed);
        }

        Assert.Equal(before.Order(), ProcessTable.OpenDescriptors().Order());
    }

    [Fact]
    public void A_start_that_fails_leaves_no_descriptor_either()
    {
        Testbed.RequireQemu();
        var failing = new QemuOptions { NicModel = "no-such-model" };
        Assert.Throws<MachineException>(() => QemuMachine.Start(failing));
        List<string> before = ProcessTable.OpenDescriptors();
        for (int round = 0; round < 5; round++) Assert.Throws<MachineException>(() => QemuMachine.Start(failing));
        Assert.Equal(before.Order(), ProcessTable.OpenDescriptors().Order());
    }

    [Fact]
    public void Disposing_twice_or_from_several_threads_is_the_same_as_once()
    {
        QemuMachine machine = Testbed.Start();
        Parallel.For(0, 4, _ => machine.Dispose());
        machine.Dispose();
        Assert.StartsWith("Disposed.", machine.Gone.GetAwaiter().GetResult(), StringComparison.Ordinal);
    }

    [Fact]
    public void QEMU_ends_in_order_when_the_machine_is_disposed()
    {
        QemuMachine machine = Testbed.Start();
        machine.Dispose();
        Assert.Equal("Disposed. QEMU ended with exit code 0.", machine.Gone.GetAwaiter().GetResult());
    }

    [Fact]
    public void A_QEMU_that_does_not_respond_is_ended_all_the_same()
    {
        QemuMachine machine = Testbed.Start();
        int qemu = machine.ProcessId;
        Shell.Run($"kill -s STOP {qemu}");
        var clock = Stopwatch.StartNew();
        machine.Dispose();
        Assert.False(ProcessTable.Exists(qemu));
        // Five seconds are documented.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), clock.Elapsed.ToString());
        Assert.Contains("signal 9", machine.Gone.GetAwaiter().GetResult(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_death_of_QEMU_is_noticed_and_reads_are_all_ones_from_then_on()
    {
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        Assert.NotEqual(uint.MaxValue, registers.ReadUInt32(8));
        Assert.False(machine.Gone.IsCompleted);

        Assert.False(LibC.Kill(machine.ProcessId, LibC.SIGKILL).IsError);
        Assert.Equal("QEMU was ended by signal 9.", await machine.Gone.WaitAsync(Testbed.Patience));
        Assert.Equal(uint.MaxValue, registers.ReadUInt32(8));
        Assert.Equal(ushort.MaxValue, registers.ReadUInt16(8));
        Assert.Equal(byte.MaxValue, machine.Ports.ReadByte(0xcf8));
        registers.WriteUInt32(8, 0);
        Assert.False(ProcessTable.Exists(machine.GuardianId));
        Assert.False(machine.RamDescriptor.IsClosed);
    }

    [Fact]
    public async Task A_thread_that_reads_when_QEMU_dies_gets_all_ones()
    {
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        var isReading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = Task.Run(() =>
        {
            while (registers.ReadUInt32(8) != uint.MaxValue) isReading.TrySetResult();
        });
        await isReading.Task.WaitAsync(Testbed.Patience);
        LibC.Kill(machine.ProcessId, LibC.SIGKILL);
        await reader.WaitAsync(Testbed.Patience);
    }

    [Fact]
    public async Task QEMU_does_not_survive_its_guardian()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is not installed.");
        using QemuMachine machine = Testbed.Start();
        LibC.Kill(machine.GuardianId, LibC.SIGKILL);
        Assert.Equal("QEMU's guardian was ended by signal 9.", await machine.Gone.WaitAsync(Testbed.Patience));
        Assert.True(Testbed.WaitUntil(() => !ProcessTable.Exists(machine.ProcessId)));
    }

    [Fact]
    public void Two_machines_at_once_do_not_disturb_each_other()
    {
        using QemuMachine one = Testbed.Start();
        QemuMachine other = Testbed.Start("rtl8139");
        Assert.Equal(0x100e, one.Nic.DeviceId);
        Assert.Equal(0x8139, other.Nic.DeviceId);
        other.Dispose();
        Assert.NotEqual(uint.MaxValue, one.Registers().ReadUInt32(8));
    }

    [Fact]
    public void The_traffic_file_is_whole_when_the_machine_has_ended_also_with_commas_in_its_name()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-pcap-");
        try
        {
            string file = Path.Combine(folder.FullName, "a,b=c, d.pcap");
            using (Testbed.Start(new QemuOptions { PcapFile = file }))
            {
            }

            // pcap: the magic number, then a header of 24 bytes in all.
            Assert.Equal([0xd4, 0xc3, 0xb2, 0xa1], File.ReadAllBytes(file)[..4]);
            Assert.Equal(24, new FileInfo(file).Length);
            Assert.Single(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
