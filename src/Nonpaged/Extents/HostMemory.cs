using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// How much the host still has. Memory files are populated page by page, and the kernel answers a shortage not with an error but by killing a process
/// (Documentation/admin-guide/mm/concepts.rst, "OOM killer"): a request that cannot fit is refused before it is begun.
/// </summary>
internal static class HostMemory
{
    // What the rest of the system needs to go on while memory is being filled.
    private const ulong Reserve = 64 << 20;

    // Version 1 of control groups writes "no limit" as the largest number of whole pages.
    private const ulong NoLimit = 1UL << 62;

    /// <summary>Null, or why so many bytes cannot be filled now.</summary>
    public static AllocationFailure? Refuse(nuint length)
    {
        (ulong available, string source) = Available(length);
        return length <= available - ulong.Min(available, Reserve)
            ? null
            : new AllocationFailure(
                $"The host has no {length} bytes to give.",
                $"{available} bytes available ({source}), of which {Reserve} are left to the system",
                "ask for less, end other programs, or raise the limit");
    }

    [SkipLocalsInit]
    private static (ulong Bytes, string Source) Available(nuint length)
    {
        (ulong Bytes, string Source) least = OfHost(length);
        if (!KernelText.TryRead("/proc/self/cgroup", stackalloc byte[KernelText.Usual], out ReadOnlySpan<byte> groups)) return least;
        foreach (Range range in groups.Split((byte)'\n'))
        {
            // cgroups(7): hierarchy-ID:controller-list:path. Version 2 has the ID 0 and no list. The memory controller is in one hierarchy only, and that of
            // version 2 comes last.
            ReadOnlySpan<byte> line = groups[range];
            bool isSecond = line.StartsWith("0::"u8);
            if (!isSecond && !IsOfMemory(line)) continue;
            (string root, string limitName, string usageName) = isSecond
                ? ("/sys/fs/cgroup", "/memory.max", "/memory.current")
                : ("/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes");
            string folder = root + Encoding.UTF8.GetString(line[(line.IndexOf(":/"u8) + 1)..]).TrimEnd('/');
            for (; folder.Length >= root.Length; folder = folder[..folder.LastIndexOf('/')])
            {
                if (KernelText.TryReadNumber(folder + limitName) is not { } limit || limit >= NoLimit) continue;
                ulong left = limit - ulong.Min(limit, KernelText.TryReadNumber(folder + usageName) ?? 0);
                if (left < least.Bytes) least = (left, folder + limitName);
            }

            break;
        }

        return least;
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

    // What the kernel could take back need not be estimated, which takes it ten times as long, where a quarter of all memory is left over unused.
    private static (ulong Bytes, string Source) OfHost(nuint length)
    {
        bool isPlenty = !LibC.GetSystemMemory(out ulong total, out ulong free).IsError && free > length && free - length >= ulong.Max(total / 4, Reserve);
        return isPlenty ? (free, "free memory, sysinfo(2)") : (Field("/proc/meminfo", "MemAvailable:") << 10, "MemAvailable of /proc/meminfo");
    }

    // proc_meminfo(5): "MemAvailable:   23883808 kB".
    private static ulong Field(string file, string name) => KernelText.TryReadField(file, name) is { } value
        ? ulong.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture)
        : ulong.MaxValue >> 10;
}
