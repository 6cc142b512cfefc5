using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>The second rung of pins: references that pipes hold, what forbids them, and how much they hold.</summary>
internal static class PipeChecks
{
    // A pool of a few hundred MiB in single pages.
    private const ulong Comfortable = 16384;

    public static IEnumerable<Check> Look(Surroundings here) => [LookAtSplice(here), LookAtVmSplice(here), LookAtSlots(here)];

    private static Check LookAtSplice(Surroundings here)
    {
        const string Name = "pin (splice)";
        const string Required = "splice(2) from a memory file, to hold frames in place where there is no long-term pin";
        PinLimits pins = here.Pins;
        if (pins.Refuse(PinKind.Pipe) is { } forbidden) return Forbidden(Name, Required, forbidden);
        if (!pins.Splice.IsError)
        {
            return new Check(
                Name,
                CheckStatus.Ok,
                Required,
                "works, and the pipe holds the page itself",
                "Any user pins by references, without privilege and without memlock. "
                + "It is no long-term pin: AF_XDP, RDMA and VFIO pin by themselves.");
        }

        string instead = !pins.Ring.IsError && pins.Refuse(PinKind.IoUring) is null
            ? "Memory is pinned by io_uring alone, as far as the memlock limit goes."
            : pins.Instead;
        return Missing(Name, Required, pins.Splice, "splice", CheckStatus.Missing, instead);
    }

    private static Check LookAtVmSplice(Surroundings here)
    {
        const string Name = "pin (vmsplice)";
        const string Required = "vmsplice(2), to hold the kernel's hugepages by references";
        PinLimits pins = here.Pins;
        if (pins.Refuse(PinKind.Pipe) is { } forbidden) return Forbidden(Name, Required, forbidden);
        return pins.VmSplice.IsError
            ? Missing(
                Name,
                Required,
                pins.VmSplice,
                "vmsplice",
                CheckStatus.Warn,
                "Only hugepages need it: where io_uring does not pin them, blocks come from collapsed memory files.")
            : new Check(
                Name,
                CheckStatus.Ok,
                Required,
                "works, and the pipe holds the page itself",
                "Hugepages are pinned by references, too.");
    }

    private static Check LookAtSlots(Surroundings here)
    {
        const string Name = "pipe slots";
        const string Required = "fs.pipe-user-pages-soft of 16384 or more: a slot for each page held, of 2 MiB or of 4 KiB";
        PinLimits pins = here.Pins;
        string descriptors = pins.Descriptors is { } most ? $"{most} descriptors" : "no known limit of descriptors";
        if (pins.Slots is not { } slots)
        {
            return new Check(
                Name,
                CheckStatus.Ok,
                Required,
                $"no limit for this user; {descriptors}, one for each extent and for each pipe",
                "Descriptors bound what references hold.");
        }

        // An eighth is left to the user's other pipes.
        ulong ours = slots - slots / 8;
        string found = $"{slots} for all pipes of this user, {ours} of them for memory: "
            + $"{Size.Format(ours * HostExtents.HugePage)} of 2 MiB pages or {Size.Format(ours * Page.Size)} of 4 KiB pages; "
            + $"{pins.SlotsOfPipe} a pipe; {descriptors}";
        const string Meaning =
            "All processes of a user share the slots, those in other containers, too. Pages of 2 MiB take one slot each.";
        return slots >= Comfortable
            ? new Check(Name, CheckStatus.Ok, Required, found, Meaning)
            : new Check(
                Name,
                CheckStatus.Warn,
                Required,
                found,
                $"{Meaning} This gives more.",
                here.Shell.AsRoot("sysctl -w fs.pipe-user-pages-soft=16384"));
    }

    private static Check Forbidden(string name, string required, AllocationFailure why) =>
        new(name, CheckStatus.Missing, required, why.Reason, "The operator decides that.", why.Remedy);

    private static Check Missing(
        string name, string required, SysResult result, string call, CheckStatus status, string instead) => result.Errno switch
        {
            Errno.EPERM or Errno.EACCES or Errno.ENOSYS => new Check(
                name,
                status,
                required,
                $"{call}: {result}, forbidden by a seccomp filter",
                $"{instead} A filter that allows {call} gives it; the default ones of Docker and Podman allow splice."),
            Errno.EOPNOTSUPP => new Check(
                name,
                status,
                required,
                $"{call} copies the page",
                $"{instead} This kernel is not Linux itself (gVisor): what a pipe holds is a copy, and no reference."),
            _ => new Check(name, status, required, $"{call}: {result}", instead),
        };
}
