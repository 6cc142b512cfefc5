using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>How much may be pinned long-term: RLIMIT_MEMLOCK (getrlimit(2)), what of it is used, and what lifts it.</summary>
internal static class MemlockCheck
{
    private const string Name = "memlock limit";

    // Rings, buffers and a working set of a few extents of 2 MiB each.
    private const ulong Comfortable = 64UL << 20;

    private static readonly string s_required = $"{Size.Format(Comfortable)} left, or CAP_IPC_LOCK";

    public static Check Look(Surroundings here)
    {
        SysResult result = here.Probe.GetMemlock(out ulong soft, out ulong hard);
        if (result.IsError)
            return new Check(
                Name, CheckStatus.Warn, s_required, $"getrlimit: {result}", "How much may be pinned long-term is not known.");

        // Pins of AF_XDP show nowhere, and those of other containers with the same user are not to be seen.
        ulong pinned = here.Process.SumOfUser("VmPin");
        bool isLifted = here.Process.Has(Capability.IpcLock);
        string found = $"soft {Describe(soft)}, hard {Describe(hard)}{(isLifted ? ", lifted by CAP_IPC_LOCK" : "")}; "
            + $"used, by estimate: {pinned >> 10} KiB pinned (VmPin of this user's processes), "
            + $"{here.Process.SumOfUser("VmLck") >> 10} KiB locked (VmLck)";
        ulong room = isLifted || soft == LibC.RLIM_INFINITY ? LibC.RLIM_INFINITY : soft - Math.Min(soft, pinned);
        if (room >= Comfortable) return new Check(Name, CheckStatus.Ok, s_required, found, "Room for long-term pins.");

        string place = here.Container.Memlock is null
            ? "This lifts it for the shell that it is typed into."
            : here.Container.MemlockPlace;
        return new Check(
            Name,
            room < ProbeMemory.Length && !here.Pins.HasReferences ? CheckStatus.Missing : CheckStatus.Warn,
            s_required,
            found,
            "All long-term pins of this user together may not exceed it; references in pipes do not count; "
                + $"a pin of 4 KiB in a hugepage counts 2 MiB, a ring 8 KiB. "
                + $"Locked memory counts for each process by itself. {place}",
            Raise(here));
    }

    /// <summary>What this user may still pin, by estimate; RLIM_INFINITY for no limit.</summary>
    public static ulong Room(Surroundings here)
    {
        bool isUnknown = here.Probe.GetMemlock(out ulong soft, out _).IsError;
        bool isLifted = isUnknown || soft == LibC.RLIM_INFINITY || here.Process.Has(Capability.IpcLock);
        return isLifted ? LibC.RLIM_INFINITY : soft - Math.Min(soft, here.Process.SumOfUser("VmPin"));
    }

    /// <summary>$$ is the shell that it is pasted into, whose children inherit the limit.</summary>
    public static string Raise(Surroundings here) =>
        here.Container.Memlock ?? here.Shell.AsRoot("prlimit --pid $$ --memlock=unlimited:unlimited");

    private static string Describe(ulong limit) => limit == LibC.RLIM_INFINITY ? "unlimited" : Size.Format(limit);
}
