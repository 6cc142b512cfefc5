namespace Nonpaged.Xdp;

/// <summary>
/// Why a step of AF_XDP failed, and what would help: a kind and a number for programs, sentences for people.
/// </summary>
/// <param name="Kind">What kind of limit it was.</param>
/// <param name="Step">The step that failed: a system call and what it was for.</param>
/// <param name="Reason">What failed, as a sentence.</param>
/// <param name="Limit">The limit that was hit, with its value and where it was read.</param>
/// <param name="Remedy">What lifts it; where a command does, a command that can be pasted.</param>
public sealed record XdpFailure(XdpFailureKind Kind, string Step, string Reason, string Limit, string Remedy)
{
    /// <summary>The kernel's answer where a system call failed (errno(3)); 0 where none did.</summary>
    public int Errno { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Reason} Step: {Step}. Limit: {Limit}. Remedy: {Remedy}";
}
