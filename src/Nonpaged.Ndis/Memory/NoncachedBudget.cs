namespace Nonpaged.Ndis;

/// <summary>Clause C16: memory that the CPU does not cache is scarce, and a driver takes no more of it than it needs.</summary>
/// <param name="Caching">How it is cached.</param>
/// <param name="TotalBytes">How much there is, in bytes.</param>
/// <param name="PeakBytes">How much of it all drivers together held at most, in bytes of whole pages.</param>
public sealed record NoncachedBudget(Caching Caching, ulong TotalBytes, ulong PeakBytes);
