namespace Nonpaged.Cli;

/// <summary>What a C driver is, as far as the functions that it needs tell.</summary>
internal enum DriverShape
{
    /// <summary>It drives a card, or none.</summary>
    Miniport,

    /// <summary>It lies over adapters.</summary>
    Protocol,

    /// <summary>It lies over adapters, and makes adapters of them.</summary>
    Intermediate,
}
