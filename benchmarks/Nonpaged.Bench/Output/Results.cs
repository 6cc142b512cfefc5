using System.Text.Json.Nodes;

namespace Nonpaged.Bench;

/// <summary>What a run gives: the rows, each of minimums, and what they were taken from.</summary>
internal sealed record Results(MachineFacts Machine, JsonArray Rows, IReadOnlyList<SizeTimes> Times);
