namespace Nonpaged.Cli;

/// <summary>An extent as it is shown.</summary>
/// <param name="Rung">How it was obtained.</param>
/// <param name="Start">Its address in its process.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Runs">Its physically contiguous pieces, in the order of its addresses. Pages that are
/// not known are in none.</param>
/// <param name="Stretches">What its pages are used for; null where that is known to its process only.</param>
/// <param name="Pin">What holds it in place; null where that is known to its process only.</param>
internal sealed record MapExtent(
    string Rung,
    ulong Start,
    ulong Length,
    IReadOnlyList<PhysicalRun> Runs,
    IReadOnlyList<PoolStretch>? Stretches = null,
    PinKind? Pin = null)
{
    public static MapExtent From(PoolExtent extent) =>
        new(extent.Rung, extent.Start, extent.Length, [.. RunsOf(extent.PhysicalRanges)], extent.Stretches, extent.Pin);

    /// <summary>The pieces that are physically contiguous and free.</summary>
    public IEnumerable<PhysicalRun> FreeRuns
    {
        get
        {
            if (Stretches is null) yield break;
            int run = 0;
            foreach (PoolStretch free in Stretches.Where(stretch => stretch.Use is null))
            {
                ulong end = free.Offset + free.Length;
                while (run < Runs.Count && Runs[run].End <= free.Offset) run++;
                for (int i = run; i < Runs.Count && Runs[i].Offset < end; i++) yield return Runs[i].Within(free.Offset, end);
            }
        }
    }

    private static IEnumerable<PhysicalRun> RunsOf(IReadOnlyList<PhysicalRange> ranges)
    {
        ulong offset = 0;
        foreach (PhysicalRange range in ranges)
        {
            yield return new PhysicalRun(offset, range.Start?.Value, range.Length);
            offset += range.Length;
        }
    }
}
