namespace Nonpaged.Bench;

/// <summary>Those that are compared, and the processes that they are in.</summary>
internal static class HeapContestants
{
    public const string Pool = "pool";
    public const string NativeMemory = "NativeMemory";
    public const string ArrayPool = "ArrayPool.Shared";
    public const string MemoryPool = "MemoryPool.Shared";

    public const string Aot = "ours, AOT";
    public const string Unchecked = "ours, AOT unchecked";
    public const string Jit = "ours, JIT";

    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<string> Peers { get; } = ["rte_mempool", "mimalloc", "jemalloc", "glibc", "rte_malloc"];

    public static IReadOnlyList<string> Ours { get; } = [Aot, Unchecked, Jit];

    public static IReadOnlyList<string> Dotnet { get; } = [NativeMemory, ArrayPool, MemoryPool];

    public static IEnumerable<string> For(HeapCase one) => [.. Ours, .. Peers, .. one.IsForDotnet ? Dotnet : []];

    public static Child Start(string name, double milliseconds)
    {
        string time = Format.Number(milliseconds);
        return name switch
        {
            Aot => Child.Start(Programs.Ours, "ours", "heap", Pool, time),
            Unchecked => Child.Start(Programs.OursUnchecked, "ours", "heap", Pool, time),
            Jit => Child.Start(Programs.Dotnet, Programs.OursForDotnet, "ours", "heap", Pool, time, "--jit"),
            NativeMemory or ArrayPool or MemoryPool => Child.Start(Programs.Ours, "ours", "heap", name, time),
            _ => Child.Start(Programs.Heap(name), time),
        };
    }
}
