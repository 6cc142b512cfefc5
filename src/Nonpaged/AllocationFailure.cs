namespace Nonpaged;

/// <summary>Why a request could not be met, and what would help: a kind and numbers for programs, sentences for people.</summary>
/// <param name="Kind">What kind of limit it was.</param>
/// <param name="Reason">What was asked for that cannot be given, as a sentence.</param>
/// <param name="Limit">The limit that was hit, with its value and where it was read.</param>
/// <param name="Remedy">What lifts it; where a command does, a command that can be pasted.</param>
public sealed record AllocationFailure(FailureKind Kind, string Reason, string Limit, string Remedy)
{
    /// <summary>The kernel's answer where a system call failed (errno(3)); 0 where none did.</summary>
    public int Errno { get; init; }

    /// <summary>
    /// The limit as a number: bytes, or for <see cref="FailureKind.Descriptors"/> and pages their count.
    /// Null where there is no number.
    /// </summary>
    public long? LimitValue { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Reason} Limit: {Limit}. Remedy: {Remedy}";
}
