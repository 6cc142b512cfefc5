namespace Nonpaged.Cli;

/// <summary>An extent of another process's pool, as the kernel shows it.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Rung">How it was obtained, as the name of its file has it: with hyphens.</param>
/// <param name="Start">Its address in that process.</param>
/// <param name="Frames">The physical address of each page of 4 KiB; null where hidden, or not mapped at this moment.</param>
internal sealed record MappedExtent(string Pool, string Rung, ulong Start, IReadOnlyList<ulong?> Frames)
{
    public ulong Length => (ulong)Frames.Count * Page.Size;

    /// <summary>Its physically contiguous pieces, in the order of its addresses. Pages that are not known are in none.</summary>
    public IReadOnlyList<PhysicalRun> Runs { get; } = [.. PhysicalRun.Of(Frames)];
}
