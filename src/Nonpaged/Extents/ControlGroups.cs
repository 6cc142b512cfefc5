using System.Runtime.CompilerServices;
using System.Text;

namespace Nonpaged;

/// <summary>
/// What the control groups that the process is in leave of memory (cgroups(7)): its own and those above it. Which they are, and every limit, is read anew for each look; only the
/// files stay open. Thread-safe.
/// </summary>
internal static class ControlGroups
{
    // Version 1 writes "no limit" as the largest number of whole pages, version 2 as "max".
    private const ulong NoLimit = 1UL << 62;

    private static readonly Lock s_gate = new();
    private static readonly KeptText s_membership = new("/proc/self/cgroup");
    private static byte[] s_known = [];
    private static (KeptText Limit, KeptText Usage)[] s_levels = [];

    /// <summary>The least that a level leaves, and the file that says so; null where none has a limit.</summary>
    [SkipLocalsInit]
    public static (ulong Bytes, string Source)? Least()
    {
        lock (s_gate)
        {
            if (!s_membership.TryRead(stackalloc byte[KernelText.Usual], out ReadOnlySpan<byte> membership)) return null;
            if (!membership.SequenceEqual(s_known)) MoveTo(membership);
            (ulong Bytes, string Source)? least = null;
            foreach ((KeptText limitFile, KeptText usageFile) in s_levels)
            {
                if (limitFile.TryReadNumber() is not { } limit || limit >= NoLimit) continue;
                ulong left = limit - ulong.Min(limit, usageFile.TryReadNumber() ?? 0);
                if (least is null || left < least.Value.Bytes) least = (left, limitFile.Path);
            }

            return least;
        }
    }

    /// <summary>Gives all descriptors back, until the next look.</summary>
    public static void Close()
    {
        lock (s_gate)
        {
            s_membership.Close();
            MoveTo([]);
        }
    }

    private static void MoveTo(ReadOnlySpan<byte> membership)
    {
        foreach ((KeptText limit, KeptText usage) in s_levels)
        {
            limit.Close();
            usage.Close();
        }

        s_levels = [.. LevelsOf(membership)];
        s_known = membership.ToArray();
    }

    private static List<(KeptText Limit, KeptText Usage)> LevelsOf(ReadOnlySpan<byte> membership)
    {
        var levels = new List<(KeptText, KeptText)>();
        foreach (Range range in membership.Split((byte)'\n'))
        {
            // cgroups(7): hierarchy-ID:controller-list:path. Version 2 has the ID 0 and no list. The memory controller is in one hierarchy only, and that of
            // version 2 comes last.
            ReadOnlySpan<byte> line = membership[range];
            bool isSecond = line.StartsWith("0::"u8);
            if (!isSecond && !IsOfMemory(line)) continue;
            (string root, string limit, string usage) = isSecond
                ? ("/sys/fs/cgroup", "/memory.max", "/memory.current")
                : ("/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes");
            string folder = root + Encoding.UTF8.GetString(line[(line.IndexOf(":/"u8) + 1)..]).TrimEnd('/');
            for (; folder.Length >= root.Length; folder = folder[..folder.LastIndexOf('/')]) levels.Add((new KeptText(folder + limit), new KeptText(folder + usage)));
            break;
        }

        return levels;
    }

    private static bool IsOfMemory(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> controllers = line[(line.IndexOf((byte)':') + 1)..];
        controllers = controllers[..int.Max(0, controllers.IndexOf((byte)':'))];
        foreach (Range name in controllers.Split((byte)','))
        {
            if (controllers[name].SequenceEqual("memory"u8)) return true;
        }

        return false;
    }
}
