using System.Globalization;
using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

/// <summary>What the kernel says of this process's memory.</summary>
internal static unsafe class Host
{
    public const string Overcommit = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_overcommit_hugepages";
    public const string Reserved = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
    public const string Giant = "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages";

    public static void AssertFramesAreThoseOfTheKernel(NonpagedPool pool, MemoryBlock block)
    {
        ulong[] frames = Frames(block.Address, block.Length);
        if (frames[0] == 0) return;
        for (int page = 0; page < frames.Length; page++)
            Assert.Equal(frames[page] + 5, pool.Translate((byte*)block.Address + page * 4096 + 5).Value);
    }

    /// <summary>The physical address of each page, from /proc/self/pagemap; 0 where it is not told.</summary>
    public static ulong[] Frames(void* address, nuint length)
    {
        var entries = new ulong[(length + 4095) / 4096];
        Assert.False(PageMapFile.Read(address, entries).IsError);
        return [.. entries.Select(entry => (entry & PageMapFile.FrameMask) << 12)];
    }

    public static void SkipUnlessRoot()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("Changing the kernel's memory settings, or reading frame numbers, needs root.");
    }

    public static int CountMaps() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("nonpaged:", StringComparison.Ordinal));

    public static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Count(file =>
        new FileInfo(file).LinkTarget is { } target && (target.Contains("nonpaged:", StringComparison.Ordinal) || target.Contains("io_uring", StringComparison.Ordinal)));

    /// <summary>Huge pages of the kernel's pool that this process has mapped (HugetlbPages, proc_pid_status(5)).</summary>
    public static int HugetlbKilobytes() => int.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("HugetlbPages:", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>The flags of the mapping that an address lies in (VmFlags of /proc/self/smaps, proc_pid_smaps(5)).</summary>
    public static string[] VmFlags(void* address)
    {
        bool isIn = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string first = line.Split(' ')[0];
            if (first.Contains('-', StringComparison.Ordinal))
            {
                ulong[] ends = [.. first.Split('-').Select(end => ulong.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                isIn = ends[0] <= (ulong)address && (ulong)address < ends[1];
            }
            else if (isIn && first == "VmFlags:")
            {
                return line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            }
        }

        return [];
    }

    /// <summary>Waits until the kernel has done what it does later; the ring of a pool is closed so.</summary>
    public static void AssertSoon(Func<bool> condition, string what)
    {
        for (int i = 0; i < 200 && !condition(); i++) Thread.Sleep(10);
        Assert.True(condition(), what);
    }
}
