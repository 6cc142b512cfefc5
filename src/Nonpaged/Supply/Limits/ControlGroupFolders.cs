using System.Text;

namespace Nonpaged;

/// <summary>
/// Where the files of the control groups are that a process is in, for one controller (cgroups(7)). A controller is in one
/// hierarchy: one of version 1, which names it, or else that of version 2.
/// Where a hierarchy is mounted, and which of its groups the mount point shows, /proc/self/mountinfo says: on a hybrid system
/// version 2 is at /sys/fs/cgroup/unified, controllers are mounted
/// together or by other names, and a container's mount begins at its own group.
/// </summary>
/// <param name="IsSecond">Version 2, whose files have other names.</param>
/// <param name="Folders">The process's own group first, then those above it, as far as they can be seen.</param>
internal sealed record ControlGroupFolders(bool IsSecond, IReadOnlyList<string> Folders)
{
    /// <summary>Null where the controller is in no hierarchy, or that is not mounted.</summary>
    /// <param name="controller">Its name: "memory".</param>
    /// <param name="membership">The text of /proc/self/cgroup.</param>
    /// <param name="mounts">The text of /proc/self/mountinfo.</param>
    public static ControlGroupFolders? Find(string controller, string membership, string mounts)
    {
        if (PathOf(controller, membership) is not ({ } path, bool isSecond)) return null;
        (string Root, string Point)? best = null;
        foreach (string line in mounts.Split('\n'))
        {
            if (Mount(line, controller, isSecond) is not { } mount) continue;
            if (best is null || IsBetter(mount.Root, best.Value.Root, path)) best = mount;
        }

        if (best is not { } found) return null;
        return new ControlGroupFolders(isSecond, [.. Upwards(found.Point, Below(found.Root, path) ?? "")]);
    }

    // hierarchy-ID:controller-list:path. Version 2 has the ID 0 and no list.
    private static (string? Path, bool IsSecond) PathOf(string controller, string membership)
    {
        string? second = null;
        foreach (string line in membership.Split('\n'))
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length != 3) continue;
            if (fields[0] == "0") second = fields[2];
            else if (fields[1].Split(',').Contains(controller)) return (fields[2], false);
        }

        return (second, true);
    }

    // proc_pid_mountinfo(5): "36 35 98:0 /root /point options optional fields - type source options". The hierarchies of version
    // 1 are told apart by the last.
    private static (string Root, string Point)? Mount(string line, string controller, bool isSecond)
    {
        string[] halves = line.Split(" - ", 2);
        string[] first = halves[0].Split(' ');
        string[] last = halves[^1].Split(' ', 3);
        if (halves.Length != 2 || first.Length < 6 || last.Length != 3) return null;
        bool isIt = isSecond ? last[0] == "cgroup2" : last[0] == "cgroup" && last[2].Split(',').Contains(controller);
        return isIt ? (Unescape(first[3]), Unescape(first[4])) : null;
    }

    // One that shows the process's own group, and of those one that shows most of what is above it; of equal ones the later,
    // which may lie over the other.
    private static bool IsBetter(string root, string best, string path)
    {
        bool shows = Below(root, path) is not null;
        return shows == Below(best, path) is not null ? root.Length <= best.Length : shows;
    }

    // A path that is not below the mount's root is of another view of the hierarchy, as that of a container which shares the
    // control groups' namespace with its host: its mount begins at its own group.
    private static string? Below(string root, string path)
    {
        if (path == root) return "";
        string start = root.TrimEnd('/');
        return path.StartsWith($"{start}/", StringComparison.Ordinal) ? path[start.Length..].TrimEnd('/') : null;
    }

    private static IEnumerable<string> Upwards(string point, string path)
    {
        for (string folder = path; folder.Length > 0; folder = folder[..Math.Max(0, folder.LastIndexOf('/'))])
            yield return point + folder;
        yield return point;
    }

    // A blank, a tab, a line's end and a backslash are written as three octal digits.
    private static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isEscape = text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0;
            plain.Append(isEscape ? (char)Convert.ToInt32(text.Substring(i + 1, 3), 8) : text[i]);
            if (isEscape) i += 3;
        }

        return plain.ToString();
    }
}
