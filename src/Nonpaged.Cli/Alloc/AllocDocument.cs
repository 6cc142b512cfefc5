namespace Nonpaged.Cli;

/// <summary>What <c>alloc --json</c> prints. A length that could not be read is null.</summary>
internal sealed record AllocDocument(RequestDocument Requested, ObtainedDocument? Obtained, FailureDocument? Failure);

/// <summary>The request, as it was understood.</summary>
internal sealed record RequestDocument
{
    public ulong? Length { get; init; }

    public ulong? Alignment { get; init; }

    public bool Contiguous { get; init; }

    public string? HighestAcceptableAddress { get; init; } = PhysicalAddress.Max.ToString();

    public string Caching { get; init; } = "any";

    public string Pin { get; init; } = PinName.Of(PinDemand.WherePossible);

    public int? Node { get; init; }
}

/// <summary>What the block got.</summary>
internal sealed record ObtainedDocument(
    string Rung,
    bool Resident,
    bool Pinned,
    string Pin,
    bool Contiguous,
    string Caching,
    bool Coherent,
    string VirtualAddress,
    IReadOnlyList<PhysicalRangeDocument> PhysicalRanges,
    string Evidence,
    int? Node);
