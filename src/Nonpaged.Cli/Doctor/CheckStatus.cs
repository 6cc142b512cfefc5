namespace Nonpaged.Cli;

/// <summary>How a check came out.</summary>
internal enum CheckStatus
{
    /// <summary>Nothing to improve.</summary>
    Ok,

    /// <summary>Works, and would give more with the remedy.</summary>
    Warn,

    /// <summary>It is not there, or cannot be used.</summary>
    Missing,
}
