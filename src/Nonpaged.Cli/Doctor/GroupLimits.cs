namespace Nonpaged.Cli;

/// <summary>Finds the tightest limit among this process's control group and those above it.</summary>
internal sealed class GroupLimits(SystemFiles files)
{
    // Version 1 writes "no limit" as the largest number of whole pages; version 2 as "max".
    private const ulong NoLimit = 1UL << 62;

    /// <summary>The limit of memory, or null where there is none.</summary>
    public GroupLimit? FindMemory() => Find("memory", ["memory.limit_in_bytes"], ["memory.usage_in_bytes"], ["memory.max"], ["memory.current"]);

    /// <summary>The limit of hugepages of 2 MiB: of used ones, or of reserved ones.</summary>
    public GroupLimit? FindHugepages() => Find(
        "hugetlb",
        ["hugetlb.2MB.limit_in_bytes", "hugetlb.2MB.rsvd.limit_in_bytes"],
        ["hugetlb.2MB.usage_in_bytes", "hugetlb.2MB.rsvd.usage_in_bytes"],
        ["hugetlb.2MB.max", "hugetlb.2MB.rsvd.max"],
        ["hugetlb.2MB.current", "hugetlb.2MB.rsvd.current"]);

    private GroupLimit? Find(string controller, string[] firstLimits, string[] firstUses, string[] secondLimits, string[] secondUses)
    {
        GroupLimit? tightest = null;
        foreach (string line in files.ReadLines("/proc/self/cgroup"))
        {
            // cgroups(7): hierarchy-ID:controller-list:path. Version 2 has the ID 0 and no list.
            string[] fields = line.Split(':', 3);
            if (fields.Length != 3) continue;
            bool isSecond = fields[0] == "0";
            if (!isSecond && !fields[1].Split(',').Contains(controller)) continue;
            string root = isSecond ? "/sys/fs/cgroup" : $"/sys/fs/cgroup/{controller}";
            (string[] limits, string[] uses) = isSecond ? (secondLimits, secondUses) : (firstLimits, firstUses);
            foreach (string folder in Upwards(fields[2]))
            {
                for (int i = 0; i < limits.Length; i++)
                {
                    string file = $"{root}{folder}/{limits[i]}";
                    if (files.ReadNumber(file) is not { } most || most >= NoLimit) continue;
                    var limit = new GroupLimit(file, most, files.ReadNumber($"{root}{folder}/{uses[i]}") ?? 0);
                    if (tightest is null || limit.Left < tightest.Left) tightest = limit;
                }
            }
        }

        return tightest;
    }

    // "/a/b", "/a" and "": a container that has no namespace of control groups finds its own at the root.
    private static IEnumerable<string> Upwards(string path)
    {
        for (string folder = path.TrimEnd('/'); folder.Length > 0; folder = folder[..Math.Max(0, folder.LastIndexOf('/'))]) yield return folder;
        yield return "";
    }
}

/// <summary>A limit in bytes, and what is used of it.</summary>
internal sealed record GroupLimit(string File, ulong Most, ulong Used)
{
    public ulong Left => Most - Math.Min(Most, Used);

    public string Found => $"{Size.Format(Most)}, {Used >> 20} MiB in use ({File})";
}
