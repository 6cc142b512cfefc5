namespace Nonpaged.Bench;

/// <summary>A time in milliseconds, and how the memory was obtained.</summary>
internal sealed record RungTime(string Rung, double Ms);
