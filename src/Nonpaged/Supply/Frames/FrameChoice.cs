namespace Nonpaged;

/// <summary>Which units of a memory file to map, and in which order, given where the kernel put them.</summary>
internal static class FrameChoice
{
    /// <summary>So few that comparing each with each is faster than sorting them.</summary>
    private const int Few = 32;

    /// <summary>
    /// All units, with each behind the one that it follows physically. Nothing else is changed in their order, because each unit
    /// that is not where the file has it costs a mapping. Null where they are like that already.
    /// </summary>
    public static int[]? Joined(ulong[] frames, nuint unit)
    {
        if (frames.Length <= Few && !AreAnyApart(frames, unit)) return null;
        int[] order = InOrder(frames, out ulong[] sorted);
        int[] following = new int[order.Length];
        bool[] isFirst = new bool[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            isFirst[order[i]] = i == 0 || sorted[i] != sorted[i - 1] + unit;
            following[order[i]] = i + 1 < order.Length && sorted[i + 1] == sorted[i] + unit ? order[i + 1] : -1;
        }

        bool isChanged = false;
        int done = 0;
        for (int first = 0; first < order.Length; first++)
        {
            for (int index = isFirst[first] ? first : -1; index >= 0; index = following[index])
            {
                isChanged |= index != done;
                order[done++] = index;
            }
        }

        return isChanged ? order : null;
    }

    private static int[] InOrder(ulong[] frames, out ulong[] sorted)
    {
        int[] order = new int[frames.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        sorted = (ulong[])frames.Clone();
        Array.Sort(sorted, order);
        return order;
    }

    private static bool AreAnyApart(ulong[] frames, nuint unit)
    {
        for (int i = 0; i < frames.Length; i++)
        {
            int following = Array.IndexOf(frames, frames[i] + unit);
            if (following >= 0 && following != i + 1) return true;
        }

        return false;
    }

    /// <summary>
    /// The units in which a request can be met, in the order of their frames; null where there are none like that.
    /// </summary>
    /// <param name="frames">The physical address of each unit.</param>
    /// <param name="unit">The length of a unit.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="count">How many units are needed.</param>
    public static int[]? For(ulong[] frames, nuint unit, PageRequest request, int count)
    {
        ulong reach = ulong.Min(unit, request.Pages << Page.Shift) - 1;
        int[] order =
            [.. InOrder(frames, out _).Where(index => frames[index] <= request.Limit && request.Limit - frames[index] >= reach)];
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
