namespace Nonpaged;

/// <summary>Why a request could not be met, and what would help.</summary>
/// <param name="Reason">What was asked for that cannot be given, as a sentence.</param>
/// <param name="Limit">The limit that was hit, with its value and where it was read.</param>
/// <param name="Remedy">What lifts it; where a command does, a command that can be pasted.</param>
public sealed record AllocationFailure(string Reason, string Limit, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Reason} Limit: {Limit}. Remedy: {Remedy}";
}
