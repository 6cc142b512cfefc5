using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Cli;

/// <summary>What <c>run --json</c> prints. What was not reached is null or 0, and the failure says why.</summary>
internal sealed record RunDocument
{
    /// <summary>Before anything was started.</summary>
    public static RunDocument Empty { get; } = new();

    public string Machine { get; init; } = "qemu";

    public string? Nic { get; init; }

    public string? Driver { get; init; }

    /// <summary>The drivers of --over and who is bound to whom, from the top down; empty without it.</summary>
    public IReadOnlyList<StackDocument> Stack { get; init; } = [];

    public string? Profile { get; init; }

    public string? Address { get; init; }

    public PingDocument Ping { get; init; } = new(null, 0, 0);

    /// <summary>What --peer exchanged; null without it.</summary>
    public PeerDocument? Peer { get; init; }

    /// <summary>What a driver without a card answered (--nic none); null with one.</summary>
    public SurveyDocument? Survey { get; init; }

    /// <summary>The network interfaces of --tap.</summary>
    public IReadOnlyList<TapDocument> Taps { get; init; } = [];

    public FramesDocument Frames { get; init; } = new(0, 0, 0);

    public IReadOnlyList<AllocationDocument> Allocations { get; init; } = [];

    /// <summary>How many calls for memory are not in <see cref="Allocations"/>, because there were too many.</summary>
    public long FurtherAllocations { get; init; }

    /// <summary>How many blocks and handles the driver left: those of <see cref="Leaks"/>.</summary>
    public int Outstanding { get; init; }

    /// <summary>What the driver left when it was halted, or when its initialization failed.</summary>
    public IReadOnlyList<LeakDocument> Leaks { get; init; } = [];

    /// <summary>What was taken of memory that the CPU does not cache; null where --noncached does not demand such.</summary>
    public NoncachedDocument? Noncached { get; init; }

    public IReadOnlyList<ReportDocument> Reports { get; init; } = [];

    /// <summary>
    /// How many reports are not in <see cref="Reports"/>, because there were too many different ones.
    /// </summary>
    public long FurtherReports { get; init; }

    /// <summary>How a C driver crashed; null where none did.</summary>
    public CrashDocument? Crash { get; init; }

    public FailureDocument? Failure { get; init; }

    /// <summary>The program's exit code.</summary>
    public int ExitCode { get; init; }
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
internal sealed record PeerDocument(
    int Length, long Sent, long Received, long Changed, long Disordered, double Seconds, double FramesPerSecond)
{
    public static PeerDocument From(FrameExchangeResult result) => new(
        result.Length, result.Sent, result.Received, result.Changed, result.Disordered, Math.Round(result.Time.TotalSeconds, 6),
        Math.Round(result.FramesPerSecond));
}

/// <summary>
/// A network interface that an adapter was: what the kernel sent through it and took from it, and what was lost between them.
/// </summary>
internal sealed record TapDocument(
    string Name, string? Address, uint Mtu, long Sent, long NotSent, long Received, long NotReceived)
{
    public static TapDocument From(TapInterface tap, MacAddress? address) =>
        new(tap.Name, address?.ToString(), tap.Mtu, tap.FramesSent, tap.FramesNotSent, tap.FramesReceived, tap.FramesNotReceived);
}

/// <summary>Frames that the adapter sent and received, and those received that were malformed.</summary>
internal sealed record FramesDocument(long Sent, long Received, long Bad);
