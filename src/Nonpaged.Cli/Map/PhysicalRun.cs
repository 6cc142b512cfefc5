namespace Nonpaged.Cli;

/// <summary>A physically contiguous piece of an extent.</summary>
/// <param name="Offset">Where it starts in the extent, in bytes.</param>
/// <param name="Start">Its physical address; null where it is hidden.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct PhysicalRun(ulong Offset, ulong? Start, ulong Length)
{
    public ulong End => Offset + Length;

    /// <summary>The pieces of pages with these addresses. A page without one is in no piece.</summary>
    public static IEnumerable<PhysicalRun> Of(IEnumerable<ulong?> frames)
    {
        PhysicalRun run = default;
        ulong offset = 0;
        foreach (ulong? frame in frames)
        {
            if (run.Length > 0 && frame == run.Start + run.Length)
            {
                run = run with { Length = run.Length + Page.Size };
            }
            else
            {
                if (run.Length > 0) yield return run;
                run = new PhysicalRun(offset, frame, frame is null ? 0UL : Page.Size);
            }

            offset += Page.Size;
        }

        if (run.Length > 0) yield return run;
    }

    /// <summary>The part of it that lies within a part of the extent, which it touches.</summary>
    public PhysicalRun Within(ulong from, ulong to)
    {
        ulong first = ulong.Max(from, Offset);
        return new PhysicalRun(first, Start + (first - Offset), ulong.Min(to, End) - first);
    }
}
