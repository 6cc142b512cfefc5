namespace Nonpaged.Cli;

/// <summary>A line of <c>xdp --serve --json</c>: something that happened.</summary>
/// <param name="Event">"serving", "adopted", "refused" or "ended".</param>
internal sealed record XdpServeDocument(string Event)
{
    /// <summary>The interface.</summary>
    public string? Interface { get; init; }

    /// <summary>Where it listens.</summary>
    public string? Path { get; init; }

    /// <summary>The program that is attached.</summary>
    public XdpProgramDocument? Program { get; init; }

    /// <summary>The queue whose frames go to a socket now.</summary>
    public int? Queue { get; init; }

    /// <summary>The process that connected.</summary>
    public int? Process { get; init; }

    /// <summary>Why it was refused.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it ended; null where it was told to.</summary>
    public FailureDocument? Failure { get; init; }
}
