namespace Nonpaged;

/// <summary>A request could not be met. <see cref="Failure"/> says why and what would help.</summary>
public sealed class AllocationException : Exception
{
    /// <summary>Creates the exception for a failure.</summary>
    public AllocationException(AllocationFailure failure)
        : base(failure?.ToString()) => Failure = failure ?? throw new ArgumentNullException(nameof(failure));

    /// <summary>The reason, the limit that was hit and the remedy.</summary>
    public AllocationFailure Failure { get; }

    /// <summary>What kind of limit was hit: that of <see cref="Failure"/>, for exception filters.</summary>
    public FailureKind Kind => Failure.Kind;
}
