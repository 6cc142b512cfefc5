namespace Nonpaged;

/// <summary>A write to memory that was not the writer's, found in a pool with <see cref="NonpagedPoolOptions.Guard"/>.</summary>
/// <param name="Kind">Where it was written.</param>
/// <param name="Block">The block that it was next to, or that it had been; it is freed.</param>
/// <param name="Address">The first byte that is not as it was left.</param>
public sealed record MemoryCorruption(CorruptionKind Kind, MemoryBlock Block, nuint Address)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        nuint offset = Address - Block.LastStart;
        string owner = Block.Request.Owner is { } known ? $" ({known})" : "";
        string what = Kind == CorruptionKind.PastEnd ? "was written past its end" : "was written after it was freed";
        return $"The block of {Block.Length} bytes at 0x{Block.LastStart:x}{owner} {what}, at offset {offset}.";
    }
}
