using Nonpaged.Drivers;
using Nonpaged.Machines.Qemu;
using Nonpaged.Ndis;

namespace Nonpaged.Verify.Tests;

/// <summary>Miniports in C#, verified by a test of their own.</summary>
public sealed unsafe class DriverVerifierTests
{
    [Fact]
    public void A_miniport_without_faults_has_no_finding()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        List<string> runs = [];
        IReadOnlyList<VerifyFinding> findings = DriverVerifier.Verify(
            Subject(NetworkDrivers.Find("rtl8139")!), [VerifyCheck.Dma, VerifyCheck.Locks, VerifyCheck.Oids], 7, runs.Add);
        Assert.Empty(findings);
        Assert.Equal(["dma: reach", "locks: standard", "oids: objects"], runs);
    }

    [Fact]
    public void A_driver_that_does_not_come_up_is_a_finding()
    {
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");
        VerifySubject subject = Subject(new MiniportDriver("none", static (_, _) => NDIS_STATUS.NDIS_STATUS_FAILURE, []));
        VerifyFinding finding = Assert.Single(DriverVerifier.Verify(subject, [VerifyCheck.Leaks]));
        Assert.Equal("does-not-initialize", finding.Rule);
        Assert.Equal("none", finding.Driver);
    }

    private static VerifySubject Subject(MiniportDriver driver) => new() { Driver = _ => driver, Nic = "rtl8139" };
}
