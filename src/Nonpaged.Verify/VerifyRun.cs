namespace Nonpaged.Verify;

/// <summary>One run of a driver: what it is put through, and with what.</summary>
public sealed record VerifyRun
{
    /// <summary>The check that it belongs to.</summary>
    public required VerifyCheck Check { get; init; }

    /// <summary>Its name, by which it is run again.</summary>
    public required string Name { get; init; }

    /// <summary>What random choices begin with.</summary>
    public required int Seed { get; init; }

    /// <summary>Where blocks meet a page without access.</summary>
    public GuardPages GuardPages { get; init; }

    /// <summary>The device is behind an IOMMU, which lets it reach what it was given.</summary>
    public bool Iommu { get; init; }

    /// <summary>Functions are timed.</summary>
    public bool Timed { get; init; }

    /// <summary>Calls that allocate and fail, by their place: from which call of the place on.</summary>
    public IReadOnlyDictionary<string, int> Failing { get; init; } = new Dictionary<string, int>();

    /// <summary>The call that allocates from which on all fail; 0 for none.</summary>
    public int FailFrom { get; init; }
}
