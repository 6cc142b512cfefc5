namespace Nonpaged.Bench;

/// <summary>An allocator that gives zeroed memory by a call of its own.</summary>
/// <typeparam name="TBlock">What stands for a block.</typeparam>
internal interface IZeroedBlocks<TBlock>
{
    TBlock AllocateZeroed(nuint size);
}
