namespace Nonpaged;

/// <summary>
/// A pool's memory at one moment: what it holds, and what of it is used. It stays as it is while the pool goes on.
/// </summary>
public sealed record PoolMap
{
    /// <summary>The pool's name.</summary>
    public required string Pool { get; init; }

    /// <summary>The extents that its memory is in, in the order of their addresses.</summary>
    public required IReadOnlyList<PoolExtent> Extents { get; init; }

    /// <summary>
    /// The longest physically contiguous piece that nobody uses, in bytes: the largest contiguous request without a limit or an
    /// alignment that is met without growth.
    /// </summary>
    public required ulong LongestFreeRun { get; init; }

    /// <summary>What the extents have in all, in bytes: <see cref="UsedBytes"/> and <see cref="FreeBytes"/>.</summary>
    public ulong HeldBytes => Extents.Aggregate(0UL, (sum, extent) => sum + extent.Length);

    /// <summary>
    /// Whole pages that are in use, in bytes. Small blocks share spans of pages, which are in use with the first of them.
    /// </summary>
    public ulong UsedBytes => Sum(stretch => stretch.Use is not null);

    /// <summary>Whole pages that nobody uses, in bytes.</summary>
    public ulong FreeBytes => Sum(stretch => stretch.Use is null);

    /// <summary>
    /// How scattered the free memory is: the share of it that lies outside of its longest run, from 0 to less
    /// than 1. 0 where nothing is free.
    /// </summary>
    public double Fragmentation => FreeBytes == 0 ? 0 : 1 - LongestFreeRun / (double)FreeBytes;

    /// <inheritdoc/>
    public override string ToString() =>
        $"The pool \"{Pool}\" holds {HeldBytes} bytes in {Extents.Count} {(Extents.Count == 1 ? "extent" : "extents")}: "
            + $"{UsedBytes} are in use, {FreeBytes} are free, {LongestFreeRun} of those in one piece.";

    private ulong Sum(Func<PoolStretch, bool> which) =>
        Extents.SelectMany(extent => extent.Stretches).Where(which).Aggregate(0UL, (sum, stretch) => sum + stretch.Length);
}
