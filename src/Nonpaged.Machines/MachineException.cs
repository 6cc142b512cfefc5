namespace Nonpaged.Machines;

/// <summary>A machine could not be started. It says why, and what would help.</summary>
public sealed class MachineException : Exception
{
    /// <summary>Creates the exception.</summary>
    public MachineException(string reason, string remedy, Exception? inner = null)
        : base($"{reason} Remedy: {remedy}", inner)
    {
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>What went wrong, as a sentence or more.</summary>
    public string Reason { get; }

    /// <summary>What would help; where a command does, a command that can be pasted.</summary>
    public string Remedy { get; }
}
