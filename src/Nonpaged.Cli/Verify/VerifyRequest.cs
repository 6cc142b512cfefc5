using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>What <c>verify</c> was asked to do.</summary>
internal sealed record VerifyRequest
{
    /// <summary>The drivers, the card, the machine and the drivers' parameters, as <c>run</c> has them.</summary>
    public required RunRequest Run { get; init; }

    public IReadOnlyList<VerifyCheck> Checks { get; init; } = VerifyChecks.All;

    public int Seed { get; init; }

    /// <summary>The one run that is to be done; null for all.</summary>
    public string? OnlyRun { get; init; }

    /// <summary>Known faults.</summary>
    public string? Baseline { get; init; }

    /// <summary>The file of the baseline is written.</summary>
    public bool WritesBaseline { get; init; }

    public string? Json { get; init; }

    public string? Junit { get; init; }

    public string? Sarif { get; init; }

    public string? Html { get; init; }

    /// <summary>The words of the command line that say what is verified, for the command that repeats a finding.</summary>
    public required IReadOnlyList<string> SubjectWords { get; init; }
}
