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
