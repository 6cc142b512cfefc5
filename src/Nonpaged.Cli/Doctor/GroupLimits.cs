namespace Nonpaged.Cli;

/// <summary>Finds the tightest limit among this process's control group and those above it.</summary>
internal sealed class GroupLimits(SystemFiles files)
{
    // Version 1 writes "no limit" as the largest number of whole pages; version 2 as "max".
    private const ulong NoLimit = 1UL << 62;

    /// <summary>The limit of memory, or null where there is none.</summary>
    public GroupLimit? FindMemory() =>
        Find("memory", ["memory.limit_in_bytes"], ["memory.usage_in_bytes"], ["memory.max"], ["memory.current"]);

    /// <summary>The limit of hugepages of 2 MiB: of used ones, or of reserved ones.</summary>
    public GroupLimit? FindHugepages() => Find(
        "hugetlb",
        ["hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.rsvd.limit_in_bytes"],
        ["hugetlb.2MB.usage_in_bytes", "hugetlb.2MB.rsvd.usage_in_bytes"],
        ["hugetlb.2MB.max", "hugetlb.2MB.rsvd.max"],
        ["hugetlb.2MB.current", "hugetlb.2MB.rsvd.current"]);

    private GroupLimit? Find(
        string controller, string[] firstLimits, string[] firstUses, string[] secondLimits, string[] secondUses)
    {
        string membership = files.Read("/proc/self/cgroup") ?? "", mounts = files.Read("/proc/self/mountinfo") ?? "";
        var groups = ControlGroupFolders.Find(controller, membership, mounts);
        if (groups is null) return null;
        (string[] limits, string[] uses) = groups.IsSecond ? (secondLimits, secondUses) : (firstLimits, firstUses);
        GroupLimit? tightest = null;
        foreach (string folder in groups.Folders)
        {
            for (int i = 0; i < limits.Length; i++)
            {
                string file = $"{folder}/{limits[i]}";
                if (files.ReadNumber(file) is not { } most || most >= NoLimit) continue;
                var limit = new GroupLimit(file, most, files.ReadNumber($"{folder}/{uses[i]}") ?? 0);
                if (tightest is null || limit.Left < tightest.Left) tightest = limit;
            }
        }

        return tightest;
    }
}

/// <summary>A limit in bytes, and what is used of it.</summary>
internal sealed record GroupLimit(string File, ulong Most, ulong Used)
{
    public ulong Left => Most - Math.Min(Most, Used);

    public string Found => $"{Size.Format(Most)}, {Used >> 20} MiB in use ({File})";
}
