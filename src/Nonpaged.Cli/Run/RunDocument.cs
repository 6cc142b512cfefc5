using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>What <c>run --json</c> prints. What was not reached is null or 0, and the failure says why.</summary>
internal sealed record RunDocument
{
    /// <summary>Before anything was started.</summary>
    public static RunDocument Empty { get; } = new();

    public string Machine { get; init; } = "qemu";

    public string? Nic { get; init; }

    public string? Driver { get; init; }

    public string? Profile { get; init; }

    public string? Address { get; init; }

    public PingDocument Ping { get; init; } = new(null, 0, 0);

    /// <summary>What --peer exchanged; null without it.</summary>
    public PeerDocument? Peer { get; init; }

    /// <summary>The network interfaces of --tap.</summary>
    public IReadOnlyList<TapDocument> Taps { get; init; } = [];

    public FramesDocument Frames { get; init; } = new(0, 0, 0);

    public IReadOnlyList<AllocationDocument> Allocations { get; init; } = [];

    public int Outstanding { get; init; }

    /// <summary>What was taken of memory that the CPU does not cache; null where --noncached does not demand such.</summary>
    public NoncachedDocument? Noncached { get; init; }

    public IReadOnlyList<ReportDocument> Reports { get; init; } = [];

    /// <summary>How a C driver crashed; null where none did.</summary>
    public CrashDocument? Crash { get; init; }

    public FailureDocument? Failure { get; init; }
}

/// <summary>Scarce memory (clause C16): how much there is, and how much was taken at most, in bytes.</summary>
internal sealed record NoncachedDocument(string Caching, ulong Total, ulong Peak)
{
    public static NoncachedDocument? From(NoncachedBudget? budget) =>
        budget is null ? null : new NoncachedDocument(CachingName.Of(budget.Caching), budget.TotalBytes, budget.PeakBytes);
}

/// <summary>Echo requests and their answers.</summary>
internal sealed record PingDocument(string? Target, int Sent, int Received);

/// <summary>Frames that two adapters exchanged.</summary>
internal sealed record PeerDocument(int Length, long Sent, long Received, long Changed, long Disordered, double Seconds, double FramesPerSecond)
{
    public static PeerDocument From(FrameExchangeResult result) => new(
        result.Length, result.Sent, result.Received, result.Changed, result.Disordered, Math.Round(result.Time.TotalSeconds, 6), Math.Round(result.FramesPerSecond));
}

/// <summary>A network interface that an adapter was: what the kernel sent through it and took from it, and what was lost between them.</summary>
internal sealed record TapDocument(string Name, string? Address, uint Mtu, long Sent, long NotSent, long Received, long NotReceived)
{
    public static TapDocument From(TapInterface tap, MacAddress? address) =>
        new(tap.Name, address?.ToString(), tap.Mtu, tap.FramesSent, tap.FramesNotSent, tap.FramesReceived, tap.FramesNotReceived);
}

/// <summary>Frames that the adapter sent and received, and those received that were malformed.</summary>
internal sealed record FramesDocument(long Sent, long Received, long Bad);

/// <summary>Something that a driver did wrong.</summary>
internal sealed record ReportDocument(string Kind, string Call, string Driver, string Message, long Count)
{
    public static ReportDocument From(NdisReport report) => new(report.Kind.ToString(), report.Call, report.Driver, report.Message, report.Count);
}
