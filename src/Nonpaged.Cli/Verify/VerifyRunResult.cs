using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>What came of one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Events">What its process wrote.</param>
/// <param name="Time">How long it took.</param>
internal sealed record VerifyRunResult(VerifyRun Run, IReadOnlyList<VerifyEvent> Events, TimeSpan Time)
{
    /// <summary>When it began, from the start of all.</summary>
    public TimeSpan Start { get; init; }

    /// <summary>How the driver ended the process; null where the process came to its end.</summary>
    public DriverFault? Fault { get; init; }

    /// <summary>It wrote nothing for a long time, and was ended.</summary>
    public bool Hung { get; init; }

    /// <summary>The exit code, where no signal ended it.</summary>
    public int ExitCode { get; init; }

    /// <summary>What it said on standard error.</summary>
    public string Said { get; init; } = "";

    public VerifyOutcome? Outcome => Events.LastOrDefault(one => one.Outcome is not null)?.Outcome;

    public FailureDocument? Failure => Events.LastOrDefault(one => one.Failure is not null)?.Failure;

    public IEnumerable<VerifyFinding> Findings => Events.Select(one => one.Finding).OfType<VerifyFinding>();
}
