using System.Text.Json.Serialization;

namespace Nonpaged.Cli;

/// <summary>What <c>prove --json</c> prints. The failure is there only where there was nothing to attack.</summary>
internal sealed record ProveDocument(
    IReadOnlyList<ProveRow> Rows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FailureDocument? Failure);

/// <summary>
/// One attack on one memory. Pages are of 4 KiB. Moved and changed are null where the attack did not take place, moved also where
/// frame numbers may not be read: the note says why.
/// </summary>
internal sealed record ProveRow(
    string Memory, string? Pin, string? Rung, string Attack, ulong Pages, ulong? Moved, ulong? Changed, string? Note)
{
    /// <summary>It is the pool's memory, not a control.</summary>
    [JsonIgnore]
    public bool IsOurs => Pin is not null;

    /// <summary>No frame moved and no byte changed, so far as that can be known.</summary>
    [JsonIgnore]
    public bool Holds => Moved is null or 0 && Changed is null or 0;
}
