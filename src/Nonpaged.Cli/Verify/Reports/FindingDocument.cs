namespace Nonpaged.Cli;

/// <summary>A fault of the driver.</summary>
internal sealed record FindingDocument
{
    /// <summary>The rule that it breaks.</summary>
    public required string Rule { get; init; }

    /// <summary>The check that found it.</summary>
    public required string Check { get; init; }

    public required string Driver { get; init; }

    /// <summary>What is wrong, and what was expected, as sentences.</summary>
    public required string Message { get; init; }

    /// <summary>The function in the driver's source; null where that is not known.</summary>
    public string? Function { get; init; }

    public string? File { get; init; }

    public int? Line { get; init; }

    /// <summary>The function by NDIS's name for it, as in "Halt" of MiniportHalt; null where none ran.</summary>
    public string? Handler { get; init; }

    /// <summary>Where the rule is from.</summary>
    public required string Source { get; init; }

    /// <summary>The functions that ran, innermost first.</summary>
    public IReadOnlyList<FrameDocument> Stack { get; init; } = [];

    /// <summary>Where the memory or handle was allocated that it is about.</summary>
    public IReadOnlyList<FrameDocument> Allocated { get; init; } = [];

    /// <summary>Where that was freed.</summary>
    public IReadOnlyList<FrameDocument> Freed { get; init; } = [];

    public required int Seed { get; init; }

    /// <summary>The run that found it first.</summary>
    public required string Run { get; init; }

    /// <summary>In how many runs it was found.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The command that finds it again alone.</summary>
    public required string Repeat { get; init; }

    /// <summary>What is the same of it in another version of the driver, as the baseline keeps it.</summary>
    public required string Identity { get; init; }

    /// <summary>The baseline has it.</summary>
    public bool Known { get; init; }
}

/// <summary>A place in a source.</summary>
/// <param name="Function">The function; null where that is not known.</param>
/// <param name="File">The source file, as the compiler was given it; null where the driver was built without -g.</param>
/// <param name="Line">The line; 0 where that is not known.</param>
/// <param name="Place">The offset in the driver's file: "rtl8139.so+0x12f4".</param>
internal sealed record FrameDocument(string? Function, string? File, int Line, string Place);
