using System.Runtime.CompilerServices;
using System.Text;

namespace Nonpaged;

/// <summary>
/// What the control groups that the process is in leave of memory (cgroups(7)): its own and those above it. What is in use is read anew for each look; which groups they are, and their
/// limits, when they were read so long ago as it may take to fill memory: what changes meanwhile is not seen anyway. The files stay open. Thread-safe.
/// </summary>
internal static class ControlGroups
{
    // Version 1 writes "no limit" as the largest number of whole pages, version 2 as "max".
    private const ulong NoLimit = 1UL << 62;

    private static readonly Lock s_gate = new();
    private static readonly KeptText s_membership = new("/proc/self/cgroup");
    private static byte[] s_known = [];
    private static (KeptText Limit, KeptText Usage)[] s_levels = [];
    private static (KeptText Limit, KeptText Usage, ulong Bytes)[] s_limited = [];
    private static long s_readAt = long.MinValue / 2;

    /// <summary>How long limits are taken to be what they were, in milliseconds. 1 GiB takes 60 to 400 to be filled.</summary>
    public const int KeptFor = 100;

    /// <summary>The least that a level leaves, and the file that says so; null where none has a limit.</summary>
    /// <param name="anew">Limits are read in any case: for whoever would refuse something by them.</param>
    public static (ulong Bytes, string Source)? Least(bool anew = false)
    {
        lock (s_gate)
        {
            long time = Environment.TickCount64;
            if (anew || time - s_readAt >= KeptFor) s_readAt = ReadLimits() ? time : long.MinValue / 2;
            (ulong Bytes, string Source)? least = null;
            foreach ((KeptText limitFile, KeptText usageFile, ulong limit) in s_limited)
            {
                ulong left = limit - ulong.Min(limit, usageFile.TryReadNumber() ?? 0);
                if (least is null || left < least.Value.Bytes) least = (left, limitFile.Path);
            }

            return least;
        }
    }

    /// <summary>Gives all descriptors back, until the next look, which reads everything.</summary>
    public static void Close()
    {
        lock (s_gate)
        {
            s_membership.Close();
            MoveTo([]);
            s_limited = [];
            s_readAt = long.MinValue / 2;
        }
    }

    /// <summary>False where nothing can be known, so that the next look tries again.</summary>
    [SkipLocalsInit]
    private static bool ReadLimits()
    {
        s_limited = [];
        if (!s_membership.TryRead(stackalloc byte[KernelText.Usual], out ReadOnlySpan<byte> membership)) return false;
        if (!membership.SequenceEqual(s_known)) MoveTo(membership);
        var limited = new List<(KeptText, KeptText, ulong)>();
        foreach ((KeptText limit, KeptText usage) in s_levels)
        {
            if (limit.TryReadNumber() is { } bytes && bytes < NoLimit) limited.Add((limit, usage, bytes));
        }

        s_limited = [.. limited];
        return true;
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
