using System.Text.Json;
using Nonpaged.Cli.Tests.Run;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>run ./driver.so --tap: the kernel's own stack sends and receives through a driver in C.</summary>
public sealed class TapTests
{
    [Fact]
    public void The_kernel_pings_and_transfers_ten_megabytes_over_TCP_through_a_miniport_in_c()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        using var driver = DriverBuild.Sample();
        using var run = new TapRun([Path.Combine(Repository.Root, "nonpaged")], driver.File, "--nic", "rtl8139");
        Assert.Contains("10 received, 0% packet loss", run.Ping(10), StringComparison.Ordinal);
        run.Transfer(10 << 20);
        (int exitCode, string output, string error) = run.End("INT");
        Assert.True(exitCode == 130, $"{exitCode} {error}");
        Assert.Empty(run.Left.Interfaces());
        Assert.Empty(run.Right.Interfaces());
        JsonElement document = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, document.GetProperty("outstanding").GetInt32());
        Assert.Empty(DriverRun.Reports(document));
    }

    [Fact]
    public void When_the_process_that_watches_is_killed_driver_machine_and_interfaces_go_too()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        using var driver = DriverBuild.Sample();
        using var run = new TapRun([Path.Combine(Repository.Root, "nonpaged")], driver.File, "--nic", "rtl8139");
        run.End("KILL");
        Eventually(() => run.Left.Interfaces().Count + run.Right.Interfaces().Count == 0, "an interface is left");
        Eventually(() => !FaultTests.AnybodyHas(driver.File), "a process is left");
    }

    private static void Eventually(Func<bool> condition, string otherwise) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60)), otherwise);
}
