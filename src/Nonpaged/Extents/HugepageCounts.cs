using System.Globalization;

namespace Nonpaged;

/// <summary>The kernel's pool of 2 MiB pages (Documentation/admin-guide/mm/hugetlbpage.rst).</summary>
internal readonly record struct HugepageCounts(long Total, long Free, long Reserved, long Surplus, long Overcommit)
{
    private const string Folder = "/sys/kernel/mm/hugepages/hugepages-2048kB/";

    /// <summary>Pages in the pool that nobody has a claim on.</summary>
    public long Available => long.Max(0, Free - Reserved);

    /// <summary>Pages that the kernel may still make on demand.</summary>
    public long OnDemand => long.Max(0, Overcommit - Surplus);

    public static HugepageCounts Read() => new(
        Value("nr_hugepages"), Value("free_hugepages"), Value("resv_hugepages"), Value("surplus_hugepages"), Value("nr_overcommit_hugepages"));

    /// <summary>The command that gives room for so many bytes on demand, with no reservation.</summary>
    public static string Remedy(nuint length) =>
        $"sysctl -w vm.nr_overcommit_hugepages={Read().Surplus + (long)(length / HostExtents.HugePage) + 1} (as root; made on demand, or vm.nr_hugepages to reserve them)";

    private static long Value(string name) =>
        File.Exists(Folder + name) && long.TryParse(File.ReadAllText(Folder + name), CultureInfo.InvariantCulture, out long value) ? value : 0;
}
