namespace Nonpaged.Cli;

/// <summary>What a soak of small blocks did and found.</summary>
/// <param name="Operations">Allocations and frees.</param>
/// <param name="Seconds">How long they took.</param>
/// <param name="BytesChecked">Bytes whose contents were compared.</param>
/// <param name="HandedOver">Blocks that another thread freed.</param>
/// <param name="ThreadsEnded">Threads that ended with blocks in their magazines.</param>
/// <param name="BadFrees">Bad frees that were tried, and refused.</param>
/// <param name="Outstanding">Bytes in use after the last free.</param>
/// <param name="Errors">What went wrong, the first few.</param>
internal sealed record HeapSoakReport(
    long Operations,
    double Seconds,
    long BytesChecked,
    long HandedOver,
    long ThreadsEnded,
    long BadFrees,
    ulong Outstanding,
    IReadOnlyList<string> Errors)
{
    /// <summary>There were blocks, nothing went wrong, and all is given back.</summary>
    public bool Holds => Operations > 0 && Errors.Count == 0 && Outstanding == 0;
}
