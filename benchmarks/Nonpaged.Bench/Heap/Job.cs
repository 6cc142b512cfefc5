namespace Nonpaged.Bench;

/// <summary>What one measurement is about.</summary>
/// <param name="Size">Of a block, in bytes.</param>
/// <param name="Count">Blocks that live.</param>
/// <param name="Many">Freed or allocated together.</param>
internal sealed record Job(nuint Size = 0, int Count = 0, int Many = 1);
