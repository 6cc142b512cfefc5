namespace Nonpaged;

/// <summary>An extent of a pool: a large piece of memory that it obtained, or that a machine gave.</summary>
/// <param name="Start">Its address.</param>
/// <param name="Length">In bytes; whole pages.</param>
/// <param name="Rung">The way in which it was obtained: the name of a rung, or of the machine whose RAM it is.</param>
/// <param name="Pin">What keeps its physical addresses from changing.</param>
/// <param name="PhysicalRanges">What backs it, in the order of its addresses: together as long as it is.</param>
/// <param name="Stretches">What its pages are used for, in the order of its addresses: together as long as it is.</param>
public sealed record PoolExtent(
    nuint Start,
    ulong Length,
    string Rung,
    PinKind Pin,
    IReadOnlyList<PhysicalRange> PhysicalRanges,
    IReadOnlyList<PoolStretch> Stretches)
{
    /// <summary>Its physical addresses cannot change.</summary>
    public bool Pinned => Pin != PinKind.None;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Length} bytes at 0x{Start:x} ({Rung}, {(Pinned ? $"pinned by {Pin}" : "not pinned")}): "
            + $"{PhysicalRanges.Count} physical ranges, {Stretches.Count(stretch => stretch.Use is null)} of "
            + $"{Stretches.Count} stretches free";
}
