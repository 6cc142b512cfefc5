namespace Nonpaged.Bench;

/// <summary>A row of one processor's results, to be put beside another's.</summary>
/// <param name="Kind">What it is summed up under.</param>
/// <param name="Name">The row, as a person calls it.</param>
/// <param name="Ours">Ours.</param>
/// <param name="Best">The best peer's name; null where there is none.</param>
/// <param name="Peer">Its times.</param>
/// <param name="Ratio">Ours to that, of minimums.</param>
internal sealed record BesideRow(string Kind, string Name, Times? Ours, string? Best, Times? Peer, double? Ratio)
{
    /// <summary>The same of medians.</summary>
    public double? MedianRatio => Ours is { } ours && Peer is { } peer ? Math.Round(ours.Median / peer.Median, 3) : null;
}
