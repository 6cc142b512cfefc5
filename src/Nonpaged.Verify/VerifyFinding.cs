namespace Nonpaged.Verify;

/// <summary>A fault of a driver.</summary>
public sealed record VerifyFinding
{
    /// <summary>The rule that it breaks, as in "free-twice".</summary>
    public required string Rule { get; init; }

    /// <summary>The check whose run found it.</summary>
    public required VerifyCheck Check { get; init; }

    /// <summary>What is wrong, and what was expected, as sentences.</summary>
    public required string Message { get; init; }

    /// <summary>The driver.</summary>
    public required string Driver { get; init; }

    /// <summary>Where the rule is from.</summary>
    public required string Source { get; init; }

    /// <summary>The run that found it, by its name.</summary>
    public required string Run { get; init; }

    /// <summary>The seed of that run.</summary>
    public required int Seed { get; init; }

    /// <summary>The driver's function that NDIS had called, by NDIS's name for it; null where none ran.</summary>
    public string? Function { get; init; }

    /// <summary>Where in the driver it is, innermost first; empty where that is not known.</summary>
    public IReadOnlyList<CodePlace> Stack { get; init; } = [];

    /// <summary>Where in the driver the memory or handle was allocated that it is about.</summary>
    public IReadOnlyList<CodePlace> AllocationStack { get; init; } = [];

    /// <summary>Where in the driver that was freed, where it was.</summary>
    public IReadOnlyList<CodePlace> FreeStack { get; init; } = [];

    /// <summary>What is the same of a fault that is found again.</summary>
    public string Identity
    {
        get
        {
            string place = Stack.Count > 0 ? $"{Path.GetFileName(Stack[0].Module)}+0x{Stack[0].Offset:x}" : Function ?? "";
            return $"{Rule}|{Driver}|{place}|{(Stack.Count > 0 ? "" : Message)}";
        }
    }
}
