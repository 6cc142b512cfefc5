namespace Nonpaged.Cli;

/// <summary>What a soak did and found.</summary>
/// <param name="Allocations">Blocks that were had.</param>
/// <param name="Pins">Those that are not small ones, counted by what holds them in place.</param>
/// <param name="Refusals">Requests that were refused with reason, limit and remedy, counted by the limit with its figures left
/// out. The ceiling's are meant to happen.</param>
/// <param name="BytesChecked">Bytes whose contents were compared.</param>
/// <param name="PagesChecked">Pages whose frames were compared with the kernel's table.</param>
/// <param name="PeakBytes">The most that was held.</param>
/// <param name="Shrinks">How often less was held than a moment before.</param>
/// <param name="Outstanding">Bytes in use after the last free.</param>
/// <param name="Errors">What went wrong, the first few.</param>
internal sealed record PoolSoakReport(
    long Allocations,
    IReadOnlyDictionary<PinKind, long> Pins,
    IReadOnlyDictionary<string, long> Refusals,
    long BytesChecked,
    long PagesChecked,
    ulong PeakBytes,
    long Shrinks,
    ulong Outstanding,
    IReadOnlyList<string> Errors)
{
    /// <summary>There were blocks, nothing went wrong, and all is given back.</summary>
    public bool Holds => Allocations > 0 && Errors.Count == 0 && Outstanding == 0;
}
