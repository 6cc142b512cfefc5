using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli;

/// <summary>Whether there is a QEMU whose network cards <c>run</c> can drive.</summary>
internal static class QemuCheck
{
    private const string Required = "qemu-system-x86_64, for 'nonpaged run'";

    public static Check Look(Surroundings here)
    {
        QemuProbeResult found = here.Probe.FindQemu();
        return found.IsUsable
            ? new Check(
                "QEMU", CheckStatus.Ok, Required, $"{found.Version}, {found.Path}", "'nonpaged run' has network cards to drive.")
            : new Check(
                "QEMU",
                CheckStatus.Missing,
                Required,
                found.Problem!,
                "'nonpaged run' has no network card to drive; memory does not need it.",
                found.Remedy is null ? null : here.Shell.AsRoot(found.Remedy));
    }
}
