namespace Nonpaged.Protocols;

/// <summary>A network interface could not be made. It says why, what limited it, and what would help.</summary>
public sealed class TapException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TapException(string reason, string limit, string remedy)
        : base($"{reason} Limit: {limit}. Remedy: {remedy}")
    {
        Reason = reason;
        Limit = limit;
        Remedy = remedy;
    }

    /// <summary>What went wrong, as a sentence or more.</summary>
    public string Reason { get; }

    /// <summary>The limit that was hit.</summary>
    public string Limit { get; }

    /// <summary>What would help, as a command that can be pasted.</summary>
    public string Remedy { get; }
}
