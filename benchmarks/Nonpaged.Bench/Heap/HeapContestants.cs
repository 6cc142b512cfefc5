namespace Nonpaged.Bench;

/// <summary>Those that are compared, and the processes that they are in.</summary>
internal static class HeapContestants
{
    public const string Pool = "pool";
    public const string Stack = "stack";
    public const string Cyclic = "cyclic";
    public const string FurtherPool = "ours, further pool";
    public const string NdisAllocateMemory = "ours, NdisAllocateMemory";
    public const string Lookaside = "ours, lookaside list";
    public const string NativeMemory = "NativeMemory";
    public const string ArrayPool = "ArrayPool.Shared";
    public const string MemoryPool = "MemoryPool.Shared";

    public const string Aot = "ours, AOT";
    public const string Unchecked = "ours, AOT unchecked";
    public const string Jit = "ours, JIT";

    /// <summary>
    /// rte_mempool where the caller says how long the block is that it frees. Shown, but no peer: all
    /// others are told the block only.
    /// </summary>
    public const string ByLength = "rte_mempool, by length";

    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<string> Peers { get; } = ["rte_mempool", "mimalloc", "jemalloc", "glibc", "rte_malloc"];

    public static IReadOnlyList<string> Ours { get; } = [Aot, Unchecked, Jit];

    public static IReadOnlyList<string> Dotnet { get; } = [NativeMemory, ArrayPool, MemoryPool];

    public static IReadOnlyList<string> Calls { get; } = [FurtherPool, NdisAllocateMemory, Lookaside];

    public static IEnumerable<string> For(HeapCase one) =>
    [
        .. Ours, .. one.IsForCalls ? Calls
            : [], .. Peers.Where(peer => Takes(peer, one)), .. one.Row == "churn" ? [ByLength] : Array.Empty<string>(),
        .. one.IsForDotnet ? Dotnet : [],
    ];

    // rte_malloc searches its lists of free memory: five million replacements among a million blocks take it many minutes.
    private static bool Takes(string peer, HeapCase one) =>
        peer != HeapRow.NotCounted || one.Phase is null or "filled" || one.Count < 1_000_000;

    public static Child Start(string name, double milliseconds)
    {
        string time = Format.Number(milliseconds);
        return name switch
        {
            Aot => Child.Start(Programs.Ours, "ours", "heap", Pool, time),
            Unchecked => Child.Start(Programs.OursUnchecked, "ours", "heap", Pool, time),
            Jit => Child.Start(Programs.Dotnet, Programs.OursForDotnet, "ours", "heap", Pool, time, "--jit"),
            FurtherPool or NdisAllocateMemory or Lookaside or NativeMemory or ArrayPool or MemoryPool =>
                Child.Start(Programs.Ours, "ours", "heap", name, time),
            ByLength => Child.Start(Programs.Heap("rte_mempool_by_length"), time),
            _ => Child.Start(Programs.Heap(name), time),
        };
    }
}
