namespace Nonpaged;

/// <summary>What a block really got, and how that is known.</summary>
public sealed record ObtainedMemory
{
    /// <summary>The way in which its memory was obtained: the name of a rung, or of the machine whose RAM it is.</summary>
    public required string Rung { get; init; }

    /// <summary>It cannot be paged out.</summary>
    public required bool Resident { get; init; }

    /// <summary>Its physical addresses cannot change.</summary>
    public bool Pinned => Pin != PinKind.None;

    /// <summary>What keeps them from changing.</summary>
    public required PinKind Pin { get; init; }

    /// <summary>One physical range backs it.</summary>
    public required bool Contiguous { get; init; }

    /// <summary>How the CPU caches it: coherent, uncached or write-combined, never "any".</summary>
    public required Caching Caching { get; init; }

    /// <summary>
    /// CPU and device see the same bytes without a flush. Write-combined memory is not so: its writes wait in buffers.
    /// </summary>
    public required bool Coherent { get; init; }

    /// <summary>What backs it, in the order of its addresses.</summary>
    public required IReadOnlyList<PhysicalRange> PhysicalRanges { get; init; }

    /// <summary>The NUMA node that it lies on, as the kernel answered; null where none was asked for.</summary>
    public int? Node { get; init; }

    /// <summary>How the physical ranges are known: where they were read, and when.</summary>
    public required string Evidence { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string pin = Pinned ? $"pinned ({Pin})" : "not pinned";
        string where = Node is { } node ? $", on node {node}" : "";
        string ranges = PhysicalRanges.Count == 1 ? $"one physical range ({PhysicalRanges[0]})"
            : $"{PhysicalRanges.Count} physical ranges";
        return $"{Rung}: {(Resident ? "resident" : "not resident")}, {pin}, {ranges}, {Caching}{where}";
    }
}
