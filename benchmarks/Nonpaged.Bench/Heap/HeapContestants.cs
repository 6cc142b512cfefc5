namespace Nonpaged.Bench;

/// <summary>Those that are compared, and the processes that they are in.</summary>
internal static class HeapContestants
{
    public const string Pool = "pool";
    public const string SizedPool = "sized";
    public const string DmaPool = "dma";
    public const string Stack = "stack";
    public const string Cyclic = "cyclic";
    public const string FurtherPool = "ours, further pool";
    public const string NdisAllocateMemory = "ours, NdisAllocateMemory";
    public const string Lookaside = "ours, lookaside list";
    public const string NativeMemory = "NativeMemory";
    public const string ArrayPool = "ArrayPool.Shared";
    public const string MemoryPool = "MemoryPool.Shared";
    public const string AsMemoryPool = "ours, AsMemoryPool";

    public const string Aot = "ours, AOT";
    public const string Unchecked = "ours, AOT unchecked";
    public const string Jit = "ours, JIT";

    /// <summary>NdisAllocateMemory and NdisFreeMemory, inlined into a C program.</summary>
    public const string C = "ours, C";

    /// <summary>
    /// rte_mempool where the caller says how long the block is that it frees. Shown beside what is told the block only.
    /// </summary>
    public const string ByLength = Mempool + LengthName;

    /// <summary>DPDK's call for memory of devices.</summary>
    public const string Memzone = "rte_memzone";

    private const string Mempool = "rte_mempool";
    private const string Jemalloc = "jemalloc";
    private const string LengthName = ", by length";
    private const string LengthSuffix = "_by_length";

    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<string> Peers { get; } = [Mempool, "mimalloc", Jemalloc, "glibc", HeapRow.NotCounted];

    public static IReadOnlyList<string> Ours { get; } = [Aot, Unchecked, Jit];

    public static IReadOnlyList<string> Dotnet { get; } = [NativeMemory, ArrayPool, MemoryPool, AsMemoryPool];

    public static IReadOnlyList<string> Calls { get; } = [FurtherPool, NdisAllocateMemory, Lookaside];

    public static IEnumerable<string> For(HeapCase one) =>
    [
        .. one.FromC ? [C] : Ours, .. one.IsForCalls ? Calls : [], .. PeersOf(one).Where(peer => Takes(peer, one)),
        .. one.Row == "churn" ? [ByLength] : Array.Empty<string>(),
        .. one.IsSized ? [Jemalloc + LengthName] : Array.Empty<string>(), .. one.IsForDotnet ? Dotnet : [],
    ];

    /// <summary>
    /// A peer's figure is the least of these: itself and, where a free may be told the length, its other free. Its user would
    /// take the faster.
    /// </summary>
    public static IEnumerable<string> NamesOf(string peer, bool isSized) => isSized ? [peer, peer + LengthName] : [peer];

    /// <summary>Those that a row names; some have no value there.</summary>
    public static IEnumerable<string> PeersOf(HeapCase one) => one.Row == "dma" ? [.. Peers, Memzone] : Peers;

    /// <summary>Which process it is in: cases with the same one share it.</summary>
    public static string ProcessOf(string name, HeapCase one) => (name, one) switch
    {
        (Aot or Unchecked or Jit, { Row: "dma" }) => $"{name}/{DmaPool}",
        (Aot or Unchecked or Jit, { IsSized: true }) => $"{name}/{SizedPool}",
        (Aot or Unchecked or Jit, _) => $"{name}/{Pool}",
        (C, _) => one.IsSized ? $"ndis{LengthSuffix}" : "ndis",
        _ => name.Replace(LengthName, LengthSuffix, StringComparison.Ordinal),
    };

    public static Child Start(string process, double milliseconds)
    {
        string time = Format.Number(milliseconds);
        string[] words = process.Split('/');
        return words[0] switch
        {
            Aot => Child.Start(Programs.Ours, "ours", "heap", words[1], time),
            Unchecked => Child.Start(Programs.OursUnchecked, "ours", "heap", words[1], time),
            Jit => Child.Start(Programs.Dotnet, Programs.OursForDotnet, "ours", "heap", words[1], time, "--jit"),
            FurtherPool or NdisAllocateMemory or Lookaside or NativeMemory or ArrayPool or MemoryPool or AsMemoryPool =>
                Child.Start(Programs.Ours, "ours", "heap", process, time),
            _ => Child.Start(Programs.Heap(process), time),
        };
    }

    // rte_malloc searches its lists of free memory: five million replacements among a million blocks take it many minutes.
    private static bool Takes(string peer, HeapCase one) => one.Row switch
    {
        "memory" => peer != HeapRow.NotCounted || one.Phase == "filled" || one.Count < 1_000_000,
        // Its blocks are of one length that is known ahead.
        "large" => peer != Mempool,
        "dma" => peer is HeapRow.NotCounted or Memzone,
        // DPDK holds what its EAL starts with.
        "footprint" => peer is not (Mempool or HeapRow.NotCounted),
        _ => true,
    };
}
