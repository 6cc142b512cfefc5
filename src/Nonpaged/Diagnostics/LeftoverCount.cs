namespace Nonpaged;

/// <summary>Counts what is in use when a pool ends.</summary>
internal static class LeftoverCount
{
    /// <param name="pool">The pool's name.</param>
    /// <param name="tables">Read with the page store's lock held.</param>
    /// <param name="recorded">The small blocks with a record.</param>
    /// <param name="areAllRecorded">There are no small blocks without one.</param>
    public static PoolLeftovers Of(string pool, PageTables tables, IReadOnlyList<MemoryBlock> recorded, bool areAllRecorded)
    {
        long small = 0;
        ulong bytes = 0;
        ILookup<object?, MemoryBlock> bySpan = recorded.ToLookup(block => (object?)tables.OwnerAt(block.LastStart));
        foreach (HeapSpan span in areAllRecorded ? [] : tables.All<HeapSpan>())
        {
            int used = span.UsedBlocks - bySpan[span].Count();
            small += used;
            bytes += (ulong)used * (ulong)span.BlockSize;
        }

        return new PoolLeftovers(pool, [.. tables.All<MemoryBlock>(), .. recorded], small, bytes);
    }
}
