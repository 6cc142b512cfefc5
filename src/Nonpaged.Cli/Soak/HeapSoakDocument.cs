namespace Nonpaged.Cli;

/// <summary>What <c>soak --heap --json</c> prints. Sizes are in bytes.</summary>
internal sealed record HeapSoakDocument
{
    public int? Seed { get; init; }

    public double Seconds { get; init; }

    public int Threads { get; init; }

    public ulong Ceiling { get; init; }

    /// <summary>Allocations and frees.</summary>
    public long Operations { get; init; }

    /// <summary>Operations a second, on all threads.</summary>
    public double Rate { get; init; }

    public long BytesChecked { get; init; }

    public long HandedOver { get; init; }

    public long ThreadsEnded { get; init; }

    public long BadFreesRefused { get; init; }

    public IReadOnlyList<string> Errors { get; init; } = [];

    public ulong Outstanding { get; init; }

    /// <summary>There were blocks, nothing went wrong, and all was given back.</summary>
    public bool Holds { get; init; }

    public FailureDocument? Failure { get; init; }

    public static HeapSoakDocument From(HeapSoakReport report, int seed, int threads, ulong ceiling) => new()
    {
        Seed = seed,
        Seconds = Math.Round(report.Seconds, 1),
        Threads = threads,
        Ceiling = ceiling,
        Operations = report.Operations,
        Rate = Math.Round(report.Operations / report.Seconds),
        BytesChecked = report.BytesChecked,
        HandedOver = report.HandedOver,
        ThreadsEnded = report.ThreadsEnded,
        BadFreesRefused = report.BadFrees,
        Errors = report.Errors,
        Outstanding = report.Outstanding,
        Holds = report.Holds,
    };

    public static HeapSoakDocument Failed(AllocationFailure failure) => new() { Failure = FailureDocument.From(failure) };
}
