namespace Nonpaged;

/// <summary>What was still in use when a pool was disposed.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Blocks">
/// The blocks with a record, in no order: whole pages, and under <see cref="NonpagedPoolOptions.Verify"/> small ones too. Their
/// memory is gone; what was asked for, and by whom (<see cref="MemoryRequest.Owner"/>), can still be read.
/// </param>
/// <param name="SmallBlocks">How many small blocks without a record there were.</param>
/// <param name="SmallBytes">The bytes of those, by their size classes.</param>
public sealed record PoolLeftovers(string Pool, IReadOnlyList<MemoryBlock> Blocks, long SmallBlocks, ulong SmallBytes)
{
    /// <summary>Something was in use.</summary>
    public bool Any => Count > 0;

    /// <summary>How many blocks in all.</summary>
    public long Count => Blocks.Count + SmallBlocks;

    /// <summary>The bytes of all: as asked for where blocks have a record, by their size classes where not.</summary>
    public ulong Bytes => Blocks.Aggregate(SmallBytes, (sum, block) => sum + block.Length);

    /// <inheritdoc/>
    public override string ToString()
    {
        IEnumerable<string> blocks = Blocks.Select(block => $"{block.Length} bytes at 0x{block.LastStart:x}"
            + (block.Request.Owner is { } owner ? $" ({owner})" : "")
            + (block.AllocationStack is { } stack ? $", allocated{Environment.NewLine}{stack}{Environment.NewLine}" : ""));
        IEnumerable<string> small = SmallBlocks == 0 ? [] : [$"{SmallBlocks} small blocks of {SmallBytes} bytes in all"];
        return Any
            ? $"The pool \"{Pool}\" was disposed with blocks in use: {string.Join(", ", blocks.Concat(small))}."
            : $"The pool \"{Pool}\" was disposed with no block in use.";
    }
}
