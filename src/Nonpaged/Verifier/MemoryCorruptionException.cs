namespace Nonpaged;

/// <summary>
/// A write to memory that was not the writer's was found, and nobody listens to <see cref="NonpagedPool.Corrupted"/>. The call that found it has done its work all the same.
/// </summary>
public sealed class MemoryCorruptionException : Exception
{
    internal MemoryCorruptionException(MemoryCorruption corruption)
        : base(corruption.ToString()) => Corruption = corruption;

    /// <summary>What was found.</summary>
    public MemoryCorruption Corruption { get; }
}
