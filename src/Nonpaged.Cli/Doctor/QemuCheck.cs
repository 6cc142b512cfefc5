using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli;

/// <summary>Whether there is a QEMU whose network cards <c>run</c> can drive.</summary>
internal static class QemuCheck
{
    public static Check Look()
    {
        QemuProbeResult found = QemuProbe.Find();
        return found.IsUsable
            ? new Check("QEMU", CheckStatus.Ok, $"{found.Version}, {found.Path}", "'nonpaged run' has network cards to drive.")
            : new Check(
                "QEMU",
                CheckStatus.Missing,
                found.Problem!,
                "'nonpaged run' has no network card to drive; memory does not need it.",
                found.Remedy is null ? null : Shell.AsRoot(found.Remedy));
    }
}
