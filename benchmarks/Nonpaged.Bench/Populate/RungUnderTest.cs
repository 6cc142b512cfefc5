namespace Nonpaged.Bench;

/// <summary>A rung, as ours and the peer in C call it.</summary>
/// <param name="Rung">Ours.</param>
/// <param name="Name">In the results.</param>
/// <param name="InC">The C program's argument.</param>
internal sealed record RungUnderTest(MemoryRung Rung, string Name, string InC)
{
    public static IReadOnlyList<RungUnderTest> All { get; } =
    [
        new(MemoryRung.Collapsed, "collapsed memfd", "collapsed"),
        new(MemoryRung.OnDemandHugepages, "on-demand hugepages", "hugetlb"),
        new(MemoryRung.SmallPages, "4 KiB pages", "small"),
        new(MemoryRung.HugepagePool, "hugepage pool", "hugetlb"),
    ];

    public bool NeedsPool => Rung == MemoryRung.HugepagePool;

    public string OurName => $"ours, {Name}";

    public string CName => $"C, {Name}";

    public string[] OurArguments(long size) => ["ours", "populate", $"{Rung}", $"{size}"];

    public string[] CArguments(long size) => [InC, $"{size}"];
}
