namespace Nonpaged.Bench;

/// <summary>All times of one size, in milliseconds.</summary>
internal sealed record SizeTimes(long Size, IReadOnlyList<Times> Times);
