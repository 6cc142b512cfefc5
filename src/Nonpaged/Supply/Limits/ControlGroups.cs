using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// What the control groups that the process is in leave of memory (cgroups(7)): its own and those above it. What is in use is
/// read for each look; which groups they are, and their limits, when they were read so long ago as it may take to fill memory:
/// what changes meanwhile is not seen anyway. The files stay open. Thread-safe.
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
    /// <param name="isFresh">Limits are read in any case: for callers that may refuse something by them.</param>
    public static Room? Least(bool isFresh = false)
    {
        lock (s_gate)
        {
            long time = Environment.TickCount64;
            if (isFresh || time - s_readAt >= KeptFor) s_readAt = ReadLimits() ? time : long.MinValue / 2;
            Room? least = null;
            foreach ((KeptText limitFile, KeptText usageFile, ulong limit) in s_limited)
            {
                ulong used = usageFile.TryReadNumber() ?? 0;
                if (isFresh) used -= ulong.Min(used, Reclaimable(limitFile.Path));
                ulong left = limit - ulong.Min(limit, used);
                if (least is null || left < least.Value.Bytes) least = new Room(left, limit, limitFile.Path);
            }

            return least;
        }
    }

    /// <summary>
    /// What the kernel takes back of a group's files before it ends a program (memory.stat: inactive_file, or with
    /// version 1 total_inactive_file).
    /// </summary>
    private static ulong Reclaimable(string limitFile)
    {
        string file = $"{limitFile[..limitFile.LastIndexOf('/')]}/memory.stat";
        string? value = KernelText.TryReadField(file, "total_inactive_file ") ?? KernelText.TryReadField(file, "inactive_file ");
        return ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong bytes) ? bytes : 0;
    }

    /// <summary>Gives all descriptors back, until the next look, which reads everything.</summary>
    public static void Close()
    {
        lock (s_gate)
        {
            s_membership.Close();
            Forget();
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
        if (!membership.SequenceEqual(s_known) && !TryMoveTo(membership)) return false;
        var limited = new List<(KeptText, KeptText, ulong)>();
        foreach ((KeptText limit, KeptText usage) in s_levels)
        {
            if (limit.TryReadNumber() is { } bytes && bytes < NoLimit) limited.Add((limit, usage, bytes));
        }

        s_limited = [.. limited];
        return true;
    }

    private static bool TryMoveTo(ReadOnlySpan<byte> membership)
    {
        Forget();
        if (ReadMounts() is not { } mounts) return false;
        var groups = ControlGroupFolders.Find("memory", Encoding.UTF8.GetString(membership), mounts);
        (string limit, string usage) = groups is { IsSecond: true }
            ? ("memory.max", "memory.current")
            : ("memory.limit_in_bytes", "memory.usage_in_bytes");
        IEnumerable<string> folders = groups?.Folders ?? [];
        s_levels = [.. folders.Select(folder => (new KeptText($"{folder}/{limit}"), new KeptText($"{folder}/{usage}")))];
        s_known = membership.ToArray();
        return true;
    }

    private static void Forget()
    {
        foreach ((KeptText limit, KeptText usage) in s_levels)
        {
            limit.Close();
            usage.Close();
        }

        s_levels = [];
        s_known = [];
    }

    // It has a record for each mount, and a read gives as many as fit into a page, whatever the buffer's length
    // (Documentation/filesystems/seq_file.rst).
    private static unsafe string? ReadMounts()
    {
        if (LibC.OpenForReading("/proc/self/mountinfo", out SafeFileHandle file).IsError) return null;
        using (file)
        {
            byte[] text = new byte[1 << 14];
            for (int length = 0; ;)
            {
                if (length == text.Length) Array.Resize(ref text, 2 * length);
                SysResult read;
                fixed (byte* start = text) read = LibC.PRead(file, start + length, (nuint)(text.Length - length), length);
                if (read.IsError) return null;
                if (read.AsInt32 == 0) return Encoding.UTF8.GetString(text, 0, length);
                length += read.AsInt32;
            }
        }
    }

    /// <summary>What a group leaves.</summary>
    /// <param name="Bytes">So many bytes.</param>
    /// <param name="Limit">Of so many.</param>
    /// <param name="Source">The file with the limit.</param>
    internal readonly record struct Room(ulong Bytes, ulong Limit, string Source);
}
