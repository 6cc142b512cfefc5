namespace Nonpaged.Cli;

/// <summary>The limits of control groups, versions 1 and 2 (cgroups(7)): of memory, and of hugepages.</summary>
internal sealed class GroupChecks(Surroundings here)
{
    private const ulong Little = 256UL << 20;

    private readonly GroupLimits _limits = new(here.Files);

    public static IEnumerable<Check> Look(Surroundings here)
    {
        var checks = new GroupChecks(here);
        return [checks.LookAtMemory(), checks.LookAtHugepages()];
    }

    private Check LookAtMemory()
    {
        const string Name = "memory limit";
        string required = $"{Size.Format(Little)} left in the control group";
        if (_limits.FindMemory() is not { } limit)
            return new Check(Name, CheckStatus.Ok, required, "none", "This process may use all memory of the machine.");
        if (limit.Left >= Little) return new Check(
            Name, CheckStatus.Ok, required, limit.Found, "The control group ends the program when it needs more.");
        const string Effect = "Little is left before the control group ends the program.";
        ulong more = limit.Most + (1UL << 30);
        return here.Container.Memory(more) is { } line
            ? new Check(Name, CheckStatus.Warn, required, limit.Found, $"{Effect} {here.Container.Place}", line)
            : new Check(
                Name,
                CheckStatus.Warn,
                required,
                limit.Found,
                $"{Effect} This raises the limit by 1 GiB.",
                here.Shell.Write(more, limit.File));
    }

    private Check LookAtHugepages()
    {
        const string Name = "hugepages limit";
        const string Required = "2 MiB or more left in the control group, to use hugepages";
        if (_limits.FindHugepages() is not { } limit)
            return new Check(Name, CheckStatus.Ok, Required, "none", "This process may use all hugepages of the machine.");
        if (limit.Left >= 2UL << 20) return new Check(
            Name, CheckStatus.Ok, Required, limit.Found, "Beyond it hugepages are refused, and the pool takes its next rung.");
        const string Effect = "No hugepages for this control group, however many there are.";
        return here.Container.Hugepages is { } line
            ? new Check(
                Name, CheckStatus.Missing, Required, limit.Found,
                $"{Effect} {here.Container.Place} The memory is what else the program needs.", line)
            : new Check(
                Name,
                CheckStatus.Missing,
                Required,
                limit.Found,
                $"{Effect} This allows 1 GiB of them more.",
                here.Shell.Write(limit.Most + (1UL << 30), limit.File));
    }
}
