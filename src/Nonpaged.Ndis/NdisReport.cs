namespace Nonpaged.Ndis;

/// <summary>Something that a driver did wrong, or a call that failed, with what was expected.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Call">The call that it happened in.</param>
/// <param name="Driver">The driver that made the call.</param>
/// <param name="Message">What was wrong and what was expected, as a sentence.</param>
public sealed record NdisReport(NdisReportKind Kind, string Call, string Driver, string Message)
{
    /// <summary>How often it was reported. Reports that differ in it alone are equal.</summary>
    public long Count { get; init; } = 1;

    /// <summary>Where in the driver the call is that it is about, innermost first; empty unless the driver is verified.</summary>
    public IReadOnlyList<CodePlace> Stack { get; init; } = [];

    /// <summary>
    /// Where in the driver the memory or the handle was allocated that it is about; empty where that is not known.
    /// </summary>
    public IReadOnlyList<CodePlace> AllocationStack { get; init; } = [];

    /// <summary>Where in the driver it was freed; empty where that is not known.</summary>
    public IReadOnlyList<CodePlace> FreeStack { get; init; } = [];

    /// <summary>The driver's function that ran, by NDIS's name for it; null where none did, or it is not verified.</summary>
    public string? Function { get; init; }

    /// <summary>
    /// The message with # for its numbers and addresses: what reports have in common that are of one mistake, made
    /// again and again.
    /// </summary>
    public string Pattern => MessagePattern.Of(Message, withDecimals: true);

    /// <inheritdoc/>
    public bool Equals(NdisReport? other) =>
        other is not null && (Kind, Call, Driver, Message) == (other.Kind, other.Call, other.Driver, other.Message);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Call, Driver, Message);

    /// <inheritdoc/>
    public override string ToString() => $"{Driver}: {Call}: {Message}";
}
