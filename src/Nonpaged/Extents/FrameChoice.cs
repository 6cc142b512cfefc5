namespace Nonpaged;

/// <summary>Which units of a memory file to map, and in which order, given where the kernel put them.</summary>
internal static class FrameChoice
{
    /// <summary>All units by frame number, so that those which follow each other physically do so virtually.</summary>
    public static int[] InOrder(ulong[] frames)
    {
        var order = new int[frames.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort((ulong[])frames.Clone(), order);
        return order;
    }

    /// <summary>The units are in the order of their frames already.</summary>
    public static bool AreInOrder(ulong[] frames)
    {
        for (int i = 1; i < frames.Length; i++)
        {
            if (frames[i] < frames[i - 1]) return false;
        }

        return true;
    }

    /// <summary>How many physical ranges units make up, in their order.</summary>
    public static int CountRanges(ulong[] frames, nuint unit)
    {
        int ranges = frames.Length == 0 ? 0 : 1;
        for (int i = 1; i < frames.Length; i++)
        {
            if (frames[i] != frames[i - 1] + unit) ranges++;
        }

        return ranges;
    }

    /// <summary>The units in which a request can be met, in the order of their frames; null where there are none like that.</summary>
    /// <param name="frames">The physical address of each unit.</param>
    /// <param name="unit">The length of a unit.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="count">How many units are needed.</param>
    public static int[]? For(ulong[] frames, nuint unit, PageRequest request, int count)
    {
        ulong reach = ulong.Min(unit, request.Pages << Page.Shift) - 1;
        int[] order = [.. InOrder(frames).Where(index => frames[index] <= request.Limit && request.Limit - frames[index] >= reach)];
        bool isRun = request.Contiguous && count > 1;
        // From the top, because what lies lower is scarcer.
        for (int first = order.Length - count; first >= 0; first--)
        {
            if ((frames[order[first]] & (request.Alignment - 1) & ~((ulong)unit - 1)) != 0) continue;
            int[] chosen = order[first..(first + count)];
            if (!isRun || frames[chosen[^1]] - frames[chosen[0]] == (ulong)(count - 1) * unit) return chosen;
        }

        return null;
    }
}
