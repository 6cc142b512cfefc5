namespace Nonpaged.Verify;

/// <summary>How a run ended.</summary>
/// <param name="Started">The driver came up.</param>
/// <param name="Places">The places in the driver that made calls which allocate, with how many they made.</param>
/// <param name="Failed">How many of these calls were made to fail.</param>
public sealed record VerifyOutcome(bool Started, IReadOnlyList<KeyValuePair<string, int>> Places, int Failed);
