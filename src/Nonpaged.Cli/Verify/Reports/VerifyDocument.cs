namespace Nonpaged.Cli;

/// <summary>What <c>verify</c> found, and how it went: what --json, --junit, --sarif and --html are made of.</summary>
internal sealed record VerifyDocument
{
    /// <summary>The driver's name.</summary>
    public string Driver { get; init; } = "";

    /// <summary>The driver's file; null for a miniport in C#.</summary>
    public string? File { get; init; }

    public string? Nic { get; init; }

    public int Seed { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset Started { get; init; }

    public double Seconds { get; init; }

    public IReadOnlyList<VerifyCheckDocument> Checks { get; init; } = [];

    /// <summary>Each fault once, in the order in which they were found; known ones as well.</summary>
    public IReadOnlyList<FindingDocument> Findings { get; init; } = [];

    public IReadOnlyList<VerifyRunDocument> Runs { get; init; } = [];

    /// <summary>The driver's blocks in one run.</summary>
    public IReadOnlyList<VerifyBlockDocument> Blocks { get; init; } = [];

    /// <summary>How much of each function ran; empty unless the driver was built for gcov.</summary>
    public IReadOnlyList<CoverageDocument> Coverage { get; init; } = [];

    public FailureDocument? Failure { get; init; }

    public int ExitCode { get; init; }
}

/// <summary>A check, with its runs.</summary>
internal sealed record VerifyCheckDocument(string Name, int Runs, double Seconds, int Findings);

/// <summary>One run of the driver.</summary>
/// <param name="Check">The check that it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Start">When it began, in seconds from the start of all.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Outcome">"clean", "findings", "crashed", "hung" or "refused": the driver did not come up, which is allowed where
/// calls were made to fail.</param>
/// <param name="Steps">What was done in it, and when.</param>
internal sealed record VerifyRunDocument(
    string Check, string Name, int Seed, double Start, double Seconds, string Outcome, IReadOnlyList<VerifyStepDocument> Steps);

/// <summary>A step of a run, in seconds from its start.</summary>
internal sealed record VerifyStepDocument(double At, string What);

/// <summary>A block of the driver's memory; times in seconds from the run's start, and null where it was not freed.</summary>
internal sealed record VerifyBlockDocument(
    ulong Address, ulong Length, string Call, FrameDocument? Place, double Allocated, double? Freed);

/// <summary>How many of a function's lines ran.</summary>
internal sealed record CoverageDocument(string Function, string? File, int Line, int Lines, int Covered);
