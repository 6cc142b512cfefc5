namespace Nonpaged.Cli;

/// <summary>Swap, and the limits of the memory control group.</summary>
internal static class MemoryChecks
{
    // Version 1 writes "no limit" as the largest number of whole pages.
    private const ulong NoLimit = 1UL << 62;
    private const ulong Little = 256UL << 20;

    public static IEnumerable<Check> Look()
    {
        yield return LookAtSwap();
        yield return LookAtGroup();
    }

    private static Check LookAtSwap()
    {
        // proc(5): a line of titles, then a line for each area.
        string[] areas = SystemFile.Read("/proc/swaps")?.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..] ?? [];
        return areas.Length == 0
            ? new Check("swap", CheckStatus.Ok, "off", "No memory of any program is paged out here.")
            : new Check(
                "swap",
                CheckStatus.Ok,
                string.Join(", ", areas.Select(area => area.Split([' ', '\t'])[0])),
                "The rest of a program can be paged out; blocks that are pinned or locked are not.");
    }

    private static Check LookAtGroup()
    {
        const string Name = "memory limit";
        if (Group() is not { } group) return new Check(Name, CheckStatus.Ok, "none (no memory control group)", "All memory of the machine can be had.");
        string found = $"{Size.Format(group.Limit)}, {group.Used >> 20} MiB in use ({group.File})";
        ulong left = group.Limit - Math.Min(group.Limit, group.Used);
        return left >= Little
            ? new Check(Name, CheckStatus.Ok, found, "The control group ends the program when it needs more.")
            : new Check(
                Name,
                CheckStatus.Warn,
                found,
                "Little is left before the control group ends the program. This raises the limit by 1 GiB.",
                Shell.Write(group.Limit + (1UL << 30), group.File));
    }

    /// <summary>The tightest limit of this process's group and those above it; null where there is none.</summary>
    private static (string File, ulong Limit, ulong Used)? Group()
    {
        (string, ulong, ulong)? tightest = null;
        foreach (string line in SystemFile.Read("/proc/self/cgroup")?.Split('\n') ?? [])
        {
            // cgroups(7): hierarchy-ID:controller-list:path. Version 2 has the ID 0 and no list.
            string[] fields = line.Split(':', 3);
            if (fields.Length != 3) continue;
            bool isSecond = fields[0] == "0";
            if (!isSecond && !fields[1].Split(',').Contains("memory")) continue;
            string root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
            for (string path = fields[2]; path.Length > 0; path = path[..path.LastIndexOf('/')])
            {
                string directory = root + path.TrimEnd('/');
                string file = isSecond ? $"{directory}/memory.max" : $"{directory}/memory.limit_in_bytes";
                if (SystemFile.ReadNumber(file) is not { } limit || limit >= NoLimit || limit >= (tightest?.Item2 ?? ulong.MaxValue)) continue;
                ulong used = SystemFile.ReadNumber(isSecond ? $"{directory}/memory.current" : $"{directory}/memory.usage_in_bytes") ?? 0;
                tightest = (file, limit, used);
            }
        }

        return tightest;
    }
}
