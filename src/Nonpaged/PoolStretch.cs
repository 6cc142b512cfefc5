namespace Nonpaged;

/// <summary>Pages of an extent that follow each other and have the same use.</summary>
/// <param name="Offset">Where it starts in its extent, in bytes.</param>
/// <param name="Length">In bytes; whole pages.</param>
/// <param name="Use">What they are used for; null where they are free.</param>
public sealed record PoolStretch(ulong Offset, ulong Length, PoolUse? Use)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Length} bytes at offset {Offset}: {(Use is null ? "free" : Use)}";
}
