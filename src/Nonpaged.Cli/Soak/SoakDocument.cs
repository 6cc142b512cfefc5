namespace Nonpaged.Cli;

/// <summary>What <c>soak --json</c> prints. Sizes are in bytes.</summary>
internal sealed record SoakDocument
{
    public int? Seed { get; init; }

    public double Seconds { get; init; }

    public int Threads { get; init; }

    public ulong Ceiling { get; init; }

    public long Allocations { get; init; }

    public long BytesChecked { get; init; }

    public long PagesChecked { get; init; }

    public ulong Peak { get; init; }

    public long Shrinks { get; init; }

    /// <summary>Blocks with a description, by what holds them in place.</summary>
    public IReadOnlyDictionary<string, long> Pins { get; init; } = new Dictionary<string, long>();

    public IReadOnlyList<RefusalDocument> Refusals { get; init; } = [];

    public IReadOnlyList<string> Errors { get; init; } = [];

    public ulong Outstanding { get; init; }

    /// <summary>There were blocks, nothing went wrong, and all was given back.</summary>
    public bool Holds { get; init; }

    public FailureDocument? Failure { get; init; }

    public static SoakDocument From(PoolSoakReport report, int seed, double seconds, int threads, ulong ceiling) => new()
    {
        Seed = seed,
        Seconds = Math.Round(seconds, 1),
        Threads = threads,
        Ceiling = ceiling,
        Allocations = report.Allocations,
        BytesChecked = report.BytesChecked,
        PagesChecked = report.PagesChecked,
        Peak = report.PeakBytes,
        Shrinks = report.Shrinks,
        Pins = report.Pins.OrderBy(pair => pair.Key).ToDictionary(pair => PinName.Of(pair.Key), pair => pair.Value),
        Refusals = [.. report.Refusals.OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new RefusalDocument(pair.Key, pair.Value))],
        Errors = report.Errors,
        Outstanding = report.Outstanding,
        Holds = report.Holds,
    };

    public static SoakDocument Failed(AllocationFailure failure) => new() { Failure = FailureDocument.From(failure) };
}

/// <summary>How many requests a limit refused. Figures in the limit's text are written N.</summary>
internal sealed record RefusalDocument(string Limit, long Count);
