using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Whether memory can be pinned, and what moves it where it can't be: io_uring's registered buffers, and compaction.</summary>
internal sealed class PinChecks(Surroundings here)
{
    private const string Name = "pin (io_uring)";
    private const string Required = "io_uring with sparse buffer tables (Linux 5.19), to hold frames in place";
    private const string Disabled = "/proc/sys/kernel/io_uring_disabled";
    private const string Compaction = "/proc/sys/vm/compact_unevictable_allowed";

    public static IEnumerable<Check> Look(Surroundings here)
    {
        var checks = new PinChecks(here);
        SysResult result = here.Probe.Pin(out string step);
        return [checks.Judge(result, step), checks.LookAtCompaction(isPinned: !result.IsError)];
    }

    private Check Judge(SysResult result, string step)
    {
        if (!result.IsError) return new Check(Name, CheckStatus.Ok, Required, "works", "Physical addresses can be held in place.");
        if (result.Errno == Errno.EPERM && DisabledBySetting() is { } setting)
        {
            return Missing(
                $"{step}: EPERM, disabled by sysctl: {setting}",
                "Blocks are resident, but the kernel may move them. This allows io_uring.",
                here.Shell.AsRoot("sysctl -w kernel.io_uring_disabled=0"));
        }

        // A filter answers with EPERM, or with ENOSYS where it does not know the call.
        if (result.Errno is Errno.EPERM or Errno.ENOSYS or Errno.EACCES && here.Process.IsFiltered) return Filtered(result, step);
        return result.Errno switch
        {
            Errno.ENOMEM => Missing($"{step}: ENOMEM", "The memlock limit of this user is used up. This lifts it.", MemlockCheck.Raise(here)),
            Errno.ENOSYS => Missing($"{step}: ENOSYS, no seccomp filter", "Blocks are resident, but the kernel may move them: it was built without io_uring."),
            Errno.EINVAL => Missing($"{step}: EINVAL", "Blocks are resident, but the kernel may move them: its io_uring has no sparse buffer tables, which came with Linux 5.19."),
            _ => Missing($"{step}: {result}; kernel.io_uring_disabled = {here.Files.Read(Disabled) ?? "unknown"}", "Blocks are resident, but the kernel may move them."),
        };
    }

    private Check Filtered(SysResult result, string step)
    {
        string found = $"{step}: {result}, disabled by a seccomp filter";
        return here.Container.IoUring is { } line
            ? Missing(
                found,
                $"Blocks are resident, but the kernel may move them. The runtime's default profile forbids io_uring; a copy of it that allows io_uring_setup and io_uring_register helps. {here.Container.Place}",
                line)
            : Missing(
                found,
                "Blocks are resident, but the kernel may move them. Whoever started this program forbade io_uring to it: a container's runtime, or SystemCallFilter= of a systemd service.");
    }

    // Documentation/admin-guide/sysctl/kernel.rst: 1 leaves it to CAP_SYS_ADMIN and a group, 2 to nobody.
    private string? DisabledBySetting() => here.Files.ReadNumber(Disabled) switch
    {
        2 => "kernel.io_uring_disabled = 2",
        1 when !here.Process.Has(Capability.SysAdmin) => "kernel.io_uring_disabled = 1, and this user is not of kernel.io_uring_group",
        _ => null,
    };

    private static Check Missing(string found, string meaning, string? remedy = null) => new(Name, CheckStatus.Missing, Required, found, meaning, remedy);

    private Check LookAtCompaction(bool isPinned)
    {
        const string Name = "compaction";
        const string Required = "pins; or, where memory is only locked, vm.compact_unevictable_allowed = 0";
        if (here.Files.ReadNumber(Compaction) is not { } allowed)
            return new Check(Name, CheckStatus.Ok, Required, "this kernel does not compact memory", "Locked memory is not moved for it.");
        string found = $"vm.compact_unevictable_allowed = {allowed}";
        if (allowed == 0) return new Check(Name, CheckStatus.Ok, Required, found, "Compaction leaves locked memory where it is. Other migrations may move it; a pin stops them all.");
        return isPinned
            ? new Check(Name, CheckStatus.Ok, Required, found, "Compaction moves memory that is only locked (mlock): locked is resident, not fixed. It does not move what is pinned.")
            : new Check(
                Name,
                CheckStatus.Warn,
                Required,
                found,
                "Compaction moves locked memory (mlock), and nothing can be pinned here. This keeps compaction away from it, not other migrations.",
                here.Shell.AsRoot("sysctl -w vm.compact_unevictable_allowed=0"));
    }
}
