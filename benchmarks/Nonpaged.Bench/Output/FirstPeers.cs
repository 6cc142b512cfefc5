namespace Nonpaged.Bench;

/// <summary>A figure for the same system calls in C.</summary>
internal sealed record FirstPeers(double C);
