namespace Nonpaged.Bench;

/// <summary>A rung, as ours and the peer in C call it.</summary>
/// <param name="Rung">Ours.</param>
/// <param name="Name">In the results.</param>
/// <param name="InC">The C program's argument.</param>
/// <param name="Portion">What a thread of ours fills at a time (Rung.Portion); 0 where one thread fills all.</param>
internal sealed record RungUnderTest(MemoryRung Rung, string Name, string InC, long Portion)
{
    public static IReadOnlyList<RungUnderTest> All { get; } =
    [
        new(MemoryRung.Collapsed, "collapsed memfd", "collapsed", 0),
        new(MemoryRung.OnDemandHugepages, "on-demand hugepages", "hugetlb", 16 << 20),
        new(MemoryRung.SmallPages, "4 KiB pages", "small", 1 << 20),
        new(MemoryRung.HugepagePool, "hugepage pool", "hugetlb", 16 << 20),
    ];

    public bool NeedsPool => Rung == MemoryRung.HugepagePool;

    public string OurName => $"ours, {Name}";

    public string CName => $"C, {Name}";

    public string[] OurArguments(long size) => ["ours", "populate", $"{Rung}", $"{size}"];

    public string[] CArguments(long size) => [InC, $"{size}", $"{Threads(size)}", $"{Portion}"];

    /// <summary>So many threads fill so much, as in Filling.Run.</summary>
    public int Threads(long size) =>
        Portion == 0 ? 1 : (int)long.Min(Environment.ProcessorCount, (size + Portion - 1) / Portion);
}
