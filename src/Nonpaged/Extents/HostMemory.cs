using System.Globalization;
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

    /// <summary>Null, or why so many bytes cannot be filled now.</summary>
    public static AllocationFailure? Refuse(nuint length)
    {
        (ulong available, string source) = Available(length, anew: false);
        // Limits that were raised a moment ago are seen.
        if (!Fits(length, available)) (available, source) = Available(length, anew: true);
        return Fits(length, available)
            ? null
            : new AllocationFailure(FailureKind.OutOfMemory,
                $"The host has no {length} bytes to give.",
                $"{available} bytes available ({source}), of which {Reserve} are left to the system",
                "ask for less, end other programs, or raise the limit");
    }

    private static bool Fits(nuint length, ulong available) => length <= available - ulong.Min(available, Reserve);

    private static (ulong Bytes, string Source) Available(nuint length, bool anew)
    {
        (ulong Bytes, string Source) host = OfHost(length);
        return ControlGroups.Least(anew) is { } group && group.Bytes < host.Bytes ? group : host;
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
