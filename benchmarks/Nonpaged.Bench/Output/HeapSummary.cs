namespace Nonpaged.Bench;

/// <summary>Which rows of "heap" are summed up together.</summary>
internal static class HeapSummary
{
    // Longer blocks come from pages, and go back there.
    private const int LongestMagazine = 2 << 20;

    /// <summary>The kinds that the README shows: those that most programs meet.</summary>
    public static IReadOnlyList<string> Main { get; } =
    [
        "one block, 16 B to 64 KiB", "64 blocks, then freed, 16 B to 64 KiB", "churn of the network mix, one thread",
        "churn of the network mix, two threads", "freed on the other thread", "bulk of 16, 32, 64",
        "among many live blocks of 64 B", "64 KiB to 2 MiB, one by one", "16 MiB, one by one",
    ];

    public static string Kind(HeapRow row) => row.Row switch
    {
        "lifo" => $"one block, 16 B to 64 KiB{Sized(row)}",
        "batch" => $"64 blocks, then freed, 16 B to 64 KiB{Sized(row)}",
        "churn" => $"churn of the network mix, {(row.Threads == 1 ? "one thread" : "two threads")}{Sized(row)}",
        "remote" => "freed on the other thread",
        "handover" => $"handed to a thread that only frees{From(row)}",
        "bulk" => $"bulk of 16, 32, 64{Sized(row)}",
        "live" => $"among many live blocks of {row.Size} B",
        "large" => (row.Size <= LongestMagazine ? "64 KiB to 2 MiB" : "16 MiB")
            + $", {(row.Count == 1 ? "one by one" : "several")}{(row.Zeroed == true ? ", zeroed" : "")}",
        "dma" => "4 KiB for a device",
        "threads" => $"threads that come and go{From(row)}",
        "footprint" => $"MiB resident, small program{From(row)}",
        _ => $"held / payload, {row.Phase}",
    };

    private static string Sized(HeapRow row) => row.Free == HeapCase.Sized ? ", sized free" : "";

    private static string From(HeapRow row) => row.From == "c" ? ", from C" : "";
}
