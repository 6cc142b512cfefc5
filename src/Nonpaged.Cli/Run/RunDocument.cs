namespace Nonpaged.Cli;

/// <summary>What <c>run --json</c> prints. What was not reached is null or 0, and the failure says why.</summary>
internal sealed record RunDocument
{
    public required string Machine { get; init; }

    public string? Nic { get; init; }

    public string? Driver { get; init; }

    public string? Profile { get; init; }

    public string? Address { get; init; }

    public PingDocument Ping { get; init; } = new(null, 0, 0);

    public FramesDocument Frames { get; init; } = new(0, 0, 0);

    public IReadOnlyList<AllocationDocument> Allocations { get; init; } = [];

    public int Outstanding { get; init; }

    public IReadOnlyList<ReportDocument> Reports { get; init; } = [];

    public FailureDocument? Failure { get; init; }
}

/// <summary>Echo requests and their answers.</summary>
internal sealed record PingDocument(string? Target, int Sent, int Received);

/// <summary>Frames that the adapter sent and received, and those received that were malformed.</summary>
internal sealed record FramesDocument(long Sent, long Received, long Bad);

/// <summary>One allocation of a driver's. Where it failed, what was not obtained is null or empty.</summary>
internal sealed record AllocationDocument(
    string Driver,
    string Call,
    ulong Length,
    IReadOnlyList<string> Flags,
    string HighestAcceptableAddress,
    string Status,
    string? VirtualAddress,
    IReadOnlyList<PhysicalRangeDocument> PhysicalRanges,
    IReadOnlyList<string> Obtained,
    bool Freed);

/// <summary>Something that a driver did wrong.</summary>
internal sealed record ReportDocument(string Kind, string Call, string Driver, string Message);
