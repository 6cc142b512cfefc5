namespace Nonpaged;

/// <summary>
/// Memory whose pin was taken away behind the pool's back: a process read from a pipe of this one, or code of this process closed
/// a descriptor that was not its own (close_range(2)). The kernel may have moved it since.
/// </summary>
/// <param name="Address">Its first byte.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Pin">What had held it.</param>
/// <param name="Blocks">The blocks with a record that lie in it.</param>
public sealed record LostPin(nuint Address, ulong Length, PinKind Pin, IReadOnlyList<MemoryBlock> Blocks)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Length} bytes at 0x{Address:x} are not pinned any more: what held them ({Pin}) was drained or closed. "
            + $"{Blocks.Count} blocks lie there.";
}
