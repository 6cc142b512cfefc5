using System.Diagnostics;
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
        ulong[] entries = new ulong[(length + 4095) / 4096];
        // While the kernel tries to move a page, and fails because it is pinned, the page is not present.
        AssertSoon(() => !PageMapFile.Read(address, entries).IsError
            && Array.TrueForAll(entries, entry => (entry & PageMapFile.Present) != 0), "Pages are not present.");
        return [.. entries.Select(entry => (entry & PageMapFile.FrameMask) << 12)];
    }

    public static void SkipUnlessRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Changing the kernel's memory settings, or reading frame numbers, needs root.");
    }

    public static int CountMaps() =>
        File.ReadLines("/proc/self/maps").Count(line => line.Contains("nonpaged:", StringComparison.Ordinal));

    public static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Count(file =>
        new FileInfo(file).LinkTarget is { } target
        && (target.Contains("nonpaged:", StringComparison.Ordinal) || target.Contains("io_uring", StringComparison.Ordinal)));

    /// <summary>Huge pages of the kernel's pool that a process has mapped (HugetlbPages, proc_pid_status(5)).</summary>
    public static int HugetlbKilobytes(string process = "self") => int.Parse(
        File.ReadLines($"/proc/{process}/status")
            .First(line => line.StartsWith("HugetlbPages:", StringComparison.Ordinal))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>All huge pages of the kernel's that were free are so again, but for what other programs have taken.</summary>
    public static bool AreHugepagesBack(HugepageCounts before, long othersBefore)
    {
        var counts = HugepageCounts.Read();
        return counts == before || Used(counts) - HugepagesOfOthers() <= Used(before) - othersBefore;
    }

    /// <summary>Huge pages that other processes have mapped.</summary>
    public static long HugepagesOfOthers() =>
        Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out int id)
            && id != Environment.ProcessId).Sum(name => HugetlbPages(name!));

    private static long Used(HugepageCounts counts) => counts.Total - counts.Free + counts.Reserved;

    private static int HugetlbPages(string process)
    {
        try
        {
            return HugetlbKilobytes(process) >> 11;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // It has ended, or is a kernel's thread, which has no such line.
            return 0;
        }
    }

    /// <summary>The flags of the mapping that an address lies in (VmFlags of /proc/self/smaps, proc_pid_smaps(5)).</summary>
    public static string[] VmFlags(void* address)
    {
        bool isIn = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string first = line.Split(' ')[0];
            if (first.Contains('-', StringComparison.Ordinal))
            {
                ulong[] ends =
                    [.. first.Split('-').Select(end => ulong.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
                isIn = ends[0] <= (ulong)address && (ulong)address < ends[1];
            }
            else if (isIn && first == "VmFlags:")
            {
                return line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            }
        }

        return [];
    }

    /// <summary>Waits until the kernel, or a timer, has done what it does later: on a busy machine much later.</summary>
    public static void AssertSoon(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), what);
            Thread.Sleep(1);
        }
    }

    /// <summary>An address lies in the mapping of a line of /proc/self/maps.</summary>
    public static bool IsIn(string line, nuint address)
    {
        string[] ends = line[..line.IndexOf(' ', StringComparison.Ordinal)].Split('-');
        nuint[] range = [.. ends.Select(end => nuint.Parse(
            end, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture))];
        return range[0] <= address && address < range[1];
    }
}
