using System.Globalization;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// How much the host still has. Memory files are populated page by page, and the kernel answers a shortage not with an
/// error but by killing a process (Documentation/admin-guide/mm/concepts.rst, "OOM killer"): a request that cannot fit
/// is refused before it is begun.
/// </summary>
internal static class HostMemory
{
    // What the rest of the system needs to go on while memory is being filled.
    private const ulong Reserve = 64 << 20;

    // In a control group the rest is the program's own: its heap grows, and page tables count.
    private const int GroupPart = 16;

    /// <summary>Null, or why so many bytes cannot be filled now.</summary>
    public static AllocationFailure? Refuse(nuint length)
    {
        // Limits that were raised a moment ago are seen.
        if (RefuseBy(length, isFresh: false) is null) return null;
        return RefuseBy(length, isFresh: true);
    }

    private static AllocationFailure? RefuseBy(nuint length, bool isFresh)
    {
        (ulong available, string source) = OfHost(length);
        if (!Fits(length, available, Reserve)) return RungFailures.TooLittle(length, available, source, Reserve);
        if (ControlGroups.Least(isFresh) is not { } group) return null;
        ulong reserve = ulong.Min(Reserve, group.Limit / GroupPart);
        return Fits(length, group.Bytes, reserve) ? null : RungFailures.TooLittle(length, group.Bytes, group.Source, reserve);
    }

    private static bool Fits(nuint length, ulong available, ulong reserve) => length <= available - ulong.Min(available, reserve);

    // What the kernel could take back need not be estimated, which takes it ten times as long, where a quarter of
    // all memory is left over unused.
    private static (ulong Bytes, string Source) OfHost(nuint length)
    {
        bool isPlenty = !LibC.SysInfo(out ulong total, out ulong free).IsError && free > length
            && free - length >= ulong.Max(total / 4, Reserve);
        return isPlenty
            ? (free, "free memory, sysinfo(2)")
            : (Field("/proc/meminfo", "MemAvailable:") << 10, "MemAvailable of /proc/meminfo");
    }

    // proc_meminfo(5): "MemAvailable:   23883808 kB".
    private static ulong Field(string file, string name) => KernelText.TryReadField(file, name) is { } value
        ? ulong.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture)
        : ulong.MaxValue >> 10;
}
