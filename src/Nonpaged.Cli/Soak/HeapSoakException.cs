namespace Nonpaged.Cli;

/// <summary>A block was not as it must be.</summary>
internal sealed class HeapSoakException(string message) : Exception(message);
