namespace Nonpaged;

/// <summary>
/// What pages are used for: one block, or small blocks of one size. Neither, where they are being given back at this moment.
/// </summary>
/// <param name="Count">How many blocks.</param>
/// <param name="BlockBytes">What these have in all, in bytes: a block of whole pages the length that was asked for, small ones
/// that of their size class.</param>
/// <param name="Blocks">Those of them that the pool has a record of. Small blocks have one where they were asked for by a
/// <see cref="MemoryRequest"/>.</param>
public sealed record PoolUse(int Count, ulong BlockBytes, IReadOnlyList<MemoryBlock> Blocks)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Count} {(Count == 1 ? "block" : "blocks")} of {BlockBytes} bytes in all";
}
