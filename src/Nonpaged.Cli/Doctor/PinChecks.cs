using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// Whether memory can be pinned long-term, by io_uring's registered buffers; what the operator allows; and what
/// moves memory that is not pinned.
/// </summary>
internal sealed class PinChecks(Surroundings here)
{
    private const string Name = "pin (io_uring)";
    private const string Required = "io_uring with sparse buffer tables (Linux 5.19), to pin memory long-term";
    private const string Disabled = "/proc/sys/kernel/io_uring_disabled";
    private const string Compaction = "/proc/sys/vm/compact_unevictable_allowed";

    public static IEnumerable<Check> Look(Surroundings here)
    {
        PinLimits pins = here.Pins;
        return
        [
            pins.Refuse(PinKind.IoUring) is { } forbidden
                ? Missing(forbidden.Reason, pins.Instead, forbidden.Remedy)
                : new PinChecks(here).Judge(pins.Ring, pins.Step),
        ];
    }

    /// <summary>What is to be said after all rungs.</summary>
    public static IEnumerable<Check> LookAtRest(Surroundings here)
    {
        var checks = new PinChecks(here);
        if (here.Pins.Variable is { } text) yield return checks.LookAtVariable(text);
        yield return checks.LookAtCompaction();
    }

    private Check Judge(SysResult result, string step)
    {
        string instead = here.Pins.Instead;
        if (!result.IsError) return Permitted();
        if (result.Errno == Errno.EPERM && DisabledBySetting() is { } setting)
        {
            return Missing(
                $"{step}: EPERM, disabled by sysctl: {setting}",
                $"{instead} This allows io_uring.",
                here.Shell.AsRoot("sysctl -w kernel.io_uring_disabled=0"));
        }

        // A filter answers with EPERM, or with ENOSYS where it does not know the call.
        if (result.Errno is Errno.EPERM or Errno.ENOSYS or Errno.EACCES && here.Process.IsFiltered) return Filtered(result, step);
        return result.Errno switch
        {
            Errno.ENOMEM => Missing(
                $"{step}: ENOMEM",
                $"The memlock limit of this user is used up. {instead} This lifts it.",
                MemlockCheck.Raise(here)),
            Errno.ENOSYS => Missing($"{step}: ENOSYS, no seccomp filter", $"The kernel was built without io_uring. {instead}"),
            Errno.EINVAL => Missing(
                $"{step}: EINVAL", $"The kernel's io_uring has no sparse buffer tables, which came with Linux 5.19. {instead}"),
            _ => Missing($"{step}: {result}; kernel.io_uring_disabled = {here.Files.Read(Disabled) ?? "unknown"}", instead),
        };
    }

    /// <summary>A ring, and an extent of 2 MiB, are the least that a pool pins.</summary>
    private Check Permitted()
    {
        const string Meaning =
            "Long-term pins: memory that AF_XDP, RDMA or VFIO may pin as well, at no slot of a pipe. "
            + "They count against the memlock limit.";
        const ulong Least = HostExtents.HugePage + MemlockBudget.RingCharge;
        ulong room = MemlockCheck.Room(here);
        string found = room == LibC.RLIM_INFINITY
            ? $"works; no memlock limit (a ring takes {Size.Format(MemlockBudget.RingCharge)})"
            : $"works; {Size.Format(room)} of memlock left; a ring takes {Size.Format(MemlockBudget.RingCharge)}";
        return room >= Least
            ? new Check(Name, CheckStatus.Ok, Required, found, Meaning)
            : new Check(
                Name,
                CheckStatus.Warn,
                Required,
                found,
                $"Too little memlock for a block of 2 MiB. {here.Pins.Instead}",
                MemlockCheck.Raise(here));
    }

    private Check LookAtVariable(string text)
    {
        PinLimits pins = here.Pins;
        string required = $"{PinPolicy.Variable} not set, or with both kinds: io_uring,pipe";
        string found = $"{PinPolicy.Variable}={text}";
        AllocationFailure? ring = pins.Refuse(PinKind.IoUring), pipe = pins.Refuse(PinKind.Pipe);
        if (ring is not null && pipe is not null)
        {
            string reasons = ring == pipe ? ring.Reason : $"{ring.Reason} {pipe.Reason}";
            return new Check(PinPolicy.Variable, CheckStatus.Missing, required, found, reasons, ring.Remedy);
        }

        string meaning = (ring ?? pipe)?.Reason ?? "Both kinds are allowed. A cap counts the bytes of one process.";
        return new Check(PinPolicy.Variable, CheckStatus.Ok, required, found, meaning);
    }

    private Check Filtered(SysResult result, string step)
    {
        string found = $"{step}: {result}, disabled by a seccomp filter";
        return here.Container.IoUring is { } line
            ? Missing(
                found,
                $"{here.Pins.Instead} The runtime's default profile forbids io_uring; a copy of it that "
                + $"allows io_uring_setup and io_uring_register helps. {here.Container.Place}",
                line)
            : Missing(
                found,
                $"{here.Pins.Instead} This program was started without permission to use io_uring: "
                + "a container's runtime, or SystemCallFilter= of a systemd service.");
    }

    // Documentation/admin-guide/sysctl/kernel.rst: 1 leaves it to CAP_SYS_ADMIN and a group, 2 to nobody.
    private string? DisabledBySetting() => here.Files.ReadNumber(Disabled) switch
    {
        2 => "kernel.io_uring_disabled = 2",
        1 when !here.Process.Has(Capability.SysAdmin) =>
            "kernel.io_uring_disabled = 1, and this user is not of kernel.io_uring_group",
        _ => null,
    };

    private static Check Missing(string found, string meaning, string? remedy = null) =>
        new(Name, CheckStatus.Missing, Required, found, meaning, remedy);

    private Check LookAtCompaction()
    {
        const string Name = "compaction";
        const string Required = "pins; or, where memory is only locked, vm.compact_unevictable_allowed = 0";
        if (here.Files.ReadNumber(Compaction) is not { } allowed)
        {
            return new Check(
                Name, CheckStatus.Ok, Required, "this kernel does not compact memory", "Locked memory is not moved for it.");
        }

        string found = $"vm.compact_unevictable_allowed = {allowed}";
        if (allowed == 0) return new Check(
            Name, CheckStatus.Ok, Required, found,
            "Compaction leaves locked memory where it is. Other migrations may move it; a pin stops them all.");
        return here.Pins.CanPin
            ? new Check(Name, CheckStatus.Ok, Required, found, "Compaction moves memory that is only locked (mlock): "
                + "locked is resident, not fixed. It does not move what is pinned.")
            : new Check(
                Name,
                CheckStatus.Warn,
                Required,
                found,
                "Compaction moves locked memory (mlock), and nothing can be pinned here. "
                    + "This keeps compaction away from it, not other migrations.",
                here.Shell.AsRoot("sysctl -w vm.compact_unevictable_allowed=0"));
    }
}
