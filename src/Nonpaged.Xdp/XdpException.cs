namespace Nonpaged.Xdp;

/// <summary>
/// AF_XDP could not do what was asked for. <see cref="Failure"/> says at which step, why, and what would help.
/// </summary>
public sealed class XdpException : IOException
{
    /// <summary>Creates the exception for a failure.</summary>
    public XdpException(XdpFailure failure)
        : base(failure?.ToString()) => Failure = failure ?? throw new ArgumentNullException(nameof(failure));

    /// <summary>The step, the reason, the limit that was hit and the remedy.</summary>
    public XdpFailure Failure { get; }

    /// <summary>What kind of limit was hit: that of <see cref="Failure"/>, for exception filters.</summary>
    public XdpFailureKind Kind => Failure.Kind;
}
