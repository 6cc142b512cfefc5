namespace Nonpaged.Cli;

/// <summary>A physically contiguous piece of an extent.</summary>
/// <param name="Offset">Where it starts in the extent, in bytes.</param>
/// <param name="Start">Its physical address.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct PhysicalRun(ulong Offset, ulong Start, ulong Length)
{
    public static IEnumerable<PhysicalRun> Of(IReadOnlyList<ulong?> frames)
    {
        for (int first = 0; first < frames.Count;)
        {
            int end = first + 1;
            if (frames[first] is not { } start)
            {
                first = end;
                continue;
            }

            while (end < frames.Count && frames[end] == start + (ulong)(end - first) * Page.Size) end++;
            yield return new PhysicalRun((ulong)first * Page.Size, start, (ulong)(end - first) * Page.Size);
            first = end;
        }
    }
}
