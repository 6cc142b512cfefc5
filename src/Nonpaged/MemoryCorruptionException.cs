namespace Nonpaged;

/// <summary>
/// A write to memory that was not the writer's was found, and nobody listens to <see cref="NonpagedPool.Corrupted"/>. A free that
/// found it has freed all the same; an allocation has allocated nothing.
/// </summary>
public sealed class MemoryCorruptionException : Exception
{
    internal MemoryCorruptionException(IReadOnlyList<MemoryCorruption> corruptions)
        : base(string.Join(" ", corruptions)) => Corruptions = corruptions;

    /// <summary>What was found, one or more.</summary>
    public IReadOnlyList<MemoryCorruption> Corruptions { get; }

    /// <summary>The first of them.</summary>
    public MemoryCorruption Corruption => Corruptions[0];
}
