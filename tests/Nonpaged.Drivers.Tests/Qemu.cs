using Nonpaged.Machines.Qemu;

namespace Nonpaged.Drivers.Tests;

/// <summary>Machines for tests.</summary>
internal static class Qemu
{
    private static readonly QemuProbeResult s_probe = QemuProbe.Find();

    /// <summary>Starts a machine, or skips the test where QEMU cannot be used.</summary>
    public static QemuMachine Start(string model, ulong ramBytes = 64 << 20) =>
        Start(new QemuOptions { NicModel = model, RamBytes = ramBytes });

    /// <summary>As <see cref="Start(string, ulong)"/>, with two cards on one hub.</summary>
    public static QemuMachine StartPeers(string model) => Start(new QemuOptions { NicModel = model, Peer = true });

    private static QemuMachine Start(QemuOptions options)
    {
        Assert.SkipUnless(s_probe.IsUsable, $"{s_probe.Problem} {s_probe.Remedy}");
        return QemuMachine.Start(options);
    }
}
