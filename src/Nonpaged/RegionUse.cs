namespace Nonpaged;

/// <summary>Scarce memory of one caching in a pool.</summary>
/// <param name="TotalBytes">What the pool was given, in bytes.</param>
/// <param name="FreeBytes">What of it nobody uses, in bytes.</param>
public readonly record struct RegionUse(ulong TotalBytes, ulong FreeBytes);
