namespace Nonpaged.Cli;

/// <summary>A run as a test.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Run">The run; null where only findings tell of it.</param>
/// <param name="New">What it found first, and the baseline does not have.</param>
/// <param name="Known">What it found first, and the baseline has.</param>
internal sealed record JunitCase(
    string Name, VerifyRunDocument? Run, IReadOnlyList<FindingDocument> New, IReadOnlyList<FindingDocument> Known)
{
    /// <summary>Why it could not be ended, where no finding says it.</summary>
    public string? Error { get; init; }

    public string? ErrorKind { get; init; }

    public string? ErrorText { get; init; }

    /// <summary>The same as an error: the run ended badly, and nothing was found that says why.</summary>
    public JunitCase With(VerifyRunDocument run) => this with
    {
        Error = $"The run {(run.Outcome == "hung" ? "hung" : "crashed")}, and no new finding says why.",
        ErrorKind = run.Outcome,
        ErrorText = run.Steps.Count > 0 ? $"The last step was: {run.Steps[^1].What}\n" : "It did not come to a step.\n",
    };
}
