using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>Machines for tests.</summary>
internal static class Testbed
{
    private static readonly QemuProbeResult s_qemu = QemuProbe.Find();

    /// <summary>For what takes milliseconds on a machine that has nothing else to do.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Skips the test where QEMU cannot be used.</summary>
    public static void RequireQemu() => Assert.SkipUnless(s_qemu.IsUsable, $"{s_qemu.Problem} {s_qemu.Remedy}");

    public static QemuMachine Start(string model = "e1000", ulong ramBytes = 64UL << 20) =>
        Start(new QemuOptions { NicModel = model, RamBytes = ramBytes });

    public static QemuMachine Start(QemuOptions options)
    {
        RequireQemu();
        return QemuMachine.Start(options);
    }

    /// <summary>The registers behind the NIC's first base address register of memory.</summary>
    public static RegisterWindow Registers(this QemuMachine machine)
    {
        PciBar bar = machine.Nic.Bars.First(static bar => !bar.IsPort);
        return machine.MapRegisters(new PhysicalAddress(bar.Start), bar.Length);
    }

    public static void AllowBusMastering(this PciDevice device, bool allow)
    {
        const int command = 4;
        const byte busMaster = 4;
        Span<byte> value = stackalloc byte[1];
        device.ReadConfiguration(command, value);
        value[0] = (byte)(allow ? value[0] | busMaster : value[0] & ~busMaster);
        device.WriteConfiguration(command, value);
    }

    /// <summary>Waits until a condition holds, and says whether it came to hold.</summary>
    public static bool WaitUntil(Func<bool> condition)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > end) return condition();
            Thread.Sleep(2);
        }

        return true;
    }
}
