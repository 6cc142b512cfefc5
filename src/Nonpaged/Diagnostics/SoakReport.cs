namespace Nonpaged;

/// <summary>What a soak did and found.</summary>
/// <param name="Allocations">Blocks that were had.</param>
/// <param name="Refused">Requests that the ceiling refused, which is meant to happen.</param>
/// <param name="BytesChecked">Bytes whose contents were compared.</param>
/// <param name="PagesChecked">Pages whose frames were compared with the kernel's table.</param>
/// <param name="PeakBytes">The most that was held.</param>
/// <param name="Shrinks">How often less was held than a moment before.</param>
/// <param name="Outstanding">Bytes in use after the last free.</param>
/// <param name="Errors">What went wrong, the first few.</param>
internal sealed record SoakReport(
    long Allocations, long Refused, long BytesChecked, long PagesChecked, ulong PeakBytes, long Shrinks, ulong Outstanding, IReadOnlyList<string> Errors);
