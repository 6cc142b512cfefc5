namespace Nonpaged;

/// <summary>The kernel's pool of huge pages of one size (Documentation/admin-guide/mm/hugetlbpage.rst).</summary>
internal readonly record struct HugepageCounts(long Total, long Free, long Reserved, long Surplus, long Overcommit)
{
    private static readonly KeptText s_free = Kept("free_hugepages");
    private static readonly KeptText s_reserved = Kept("resv_hugepages");
    private static readonly KeptText s_surplus = Kept("surplus_hugepages");
    private static readonly KeptText s_overcommit = Kept("nr_overcommit_hugepages");

    /// <summary>Pages in the pool that nobody has a claim on.</summary>
    public long Available => long.Max(0, Free - Reserved);

    /// <summary>Pages that the administrator reserved; the total counts those made on demand, too.</summary>
    public long Persistent => Total - Surplus;

    /// <summary>Pages that the kernel may still make on demand.</summary>
    public long OnDemand => long.Max(0, Overcommit - Surplus);

    public static HugepageCounts Read(nuint size = HostExtents.HugePage) => new(
        Value(size, "nr_hugepages"), Value(size, "free_hugepages"), Value(size, "resv_hugepages"),
        Value(size, "surplus_hugepages"), Value(size, "nr_overcommit_hugepages"));

    /// <summary><see cref="Available"/> alone, for a look before each growth.</summary>
    public static long ReadAvailable(nuint size) => size == HostExtents.HugePage
        ? long.Max(0, Value(s_free) - Value(s_reserved))
        : long.Max(0, Value(size, "free_hugepages") - Value(size, "resv_hugepages"));

    /// <summary><see cref="OnDemand"/> alone.</summary>
    public static long ReadOnDemand() => long.Max(0, Value(s_overcommit) - Value(s_surplus));

    /// <summary>Gives the descriptors of the files back that are read before each growth, until the next.</summary>
    public static void Close()
    {
        foreach (KeptText text in (ReadOnlySpan<KeptText>)[s_free, s_reserved, s_surplus, s_overcommit]) text.Close();
    }

    /// <summary>The command that gives room for so many bytes on demand, with no reservation.</summary>
    public static string Remedy(nuint length) =>
        $"sysctl -w vm.nr_overcommit_hugepages={Read().Surplus + (long)(length / HostExtents.HugePage) + 1} (as root; "
            + "made on demand, or vm.nr_hugepages to reserve them)";

    private static KeptText Kept(string name) => new(Folder(HostExtents.HugePage) + name);

    private static string Folder(nuint size) => $"/sys/kernel/mm/hugepages/hugepages-{size >> 10}kB/";

    // A kernel without that size has no such file, and none of its pages either.
    private static long Value(nuint size, string name) =>
        (long)(KernelText.TryReadNumber(Folder(size) + name) ?? 0);

    private static long Value(KeptText text) => (long)(text.TryReadNumber() ?? 0);
}
