using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>The kernel's pool of 2 MiB pages for the time of a run. ./bench puts it back as it was, whatever ends this process.</summary>
internal static class HugepagePool
{
    private const string Folder = "/sys/kernel/mm/hugepages/hugepages-2048kB/";

    /// <summary>So many pages are reserved, and free.</summary>
    public static void Reserve(long pages)
    {
        Write("nr_hugepages", pages);
        // What a process before had is freed a little after its end.
        if (!SpinWait.SpinUntil(() => Read("nr_hugepages") == pages && Read("free_hugepages") == pages, TimeSpan.FromSeconds(2)))
            throw new BenchException($"The kernel has {Read("free_hugepages")} of {Read("nr_hugepages")} 2 MiB pages free, and {pages} are needed: memory is too fragmented, or something else uses them.");
    }

    /// <summary>So many pages may be made on demand.</summary>
    public static void Allow(long pages) => Write("nr_overcommit_hugepages", pages);

    private static long Read(string name) => long.Parse(File.ReadAllText(Folder + name), CultureInfo.InvariantCulture);

    private static void Write(string name, long value) => File.WriteAllText(Folder + name, value.ToString(CultureInfo.InvariantCulture));
}
