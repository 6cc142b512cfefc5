namespace Nonpaged.Bench;

/// <summary>A measurement cannot be made; the message says why, for the one who started it.</summary>
internal sealed class BenchException(string message) : Exception(message);
