using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>
/// The kernel's pool of 2 MiB pages for the time of a run. ./bench puts it back as it was, whatever ends this process.
/// </summary>
internal static class HugepagePool
{
    private const string Folder = "/sys/kernel/mm/hugepages/hugepages-2048kB/";

    private const long Margin = 128;

    /// <summary>So many pages are reserved, and free; none at all for 0.</summary>
    public static void Reserve(long pages)
    {
        // What a process before had is freed a little after its end; what others of the machine use comes on top.
        long deadline = Environment.TickCount64 + 2000;
        while (true)
        {
            long used = Read("nr_hugepages") - Read("free_hugepages");
            Write("nr_hugepages", pages == 0 ? 0 : pages + used);
            long free = Read("free_hugepages");
            if (pages == 0 ? free == 0 : free >= pages) return;
            if (Environment.TickCount64 > deadline) break;
            Thread.Sleep(5);
        }

        throw new BenchException($"The kernel has {Read("free_hugepages")} of {Read("nr_hugepages")} 2 MiB pages free, "
            + $"and {pages} are needed: memory is too fragmented, or something else uses them.");
    }

    /// <summary>So many pages may be made on demand, beside those that others of the machine use and may come to use.</summary>
    public static void Allow(long pages) =>
        Write("nr_overcommit_hugepages", pages == 0 ? 0 : pages + Read("surplus_hugepages") + Margin);

    private static long Read(string name) => long.Parse(File.ReadAllText(Folder + name), CultureInfo.InvariantCulture);

    private static void Write(string name, long value) =>
        File.WriteAllText(Folder + name, value.ToString(CultureInfo.InvariantCulture));
}
