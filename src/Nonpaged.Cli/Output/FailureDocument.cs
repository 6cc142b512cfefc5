namespace Nonpaged.Cli;

/// <summary>Why something could not be had, as JSON.</summary>
internal sealed record FailureDocument(string Reason, string Limit, string Remedy)
{
    public static FailureDocument? From(AllocationFailure? failure) =>
        failure is null ? null : new FailureDocument(failure.Reason, failure.Limit, failure.Remedy);
}
