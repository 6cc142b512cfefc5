namespace Nonpaged;

/// <summary>By how much a pool grows: as much again as it holds, within the first extent and the step, the ceiling, and what may be pinned.</summary>
internal static class Growth
{
    public static nuint Wish(NonpagedPoolOptions options, ulong needed, ulong held, ulong room)
    {
        ulong first = RoundUp(options.FirstExtent);
        ulong wish = ulong.Clamp(RoundUp(held), first, ulong.Max(RoundUp(options.Step), first));
        if (wish <= needed) return (nuint)needed;
        // An ordinary user's memlock limit ends in the middle of a step: the rest of it is taken then.
        return (nuint)ulong.Min(wish, ulong.Min(room, MemlockBudget.Room())) & ~(nuint)(HostExtents.HugePage - 1);
    }

    private static ulong RoundUp(ulong bytes) => Page.RoundUp((nuint)ulong.Clamp(bytes, HostExtents.HugePage, 1UL << 46), HostExtents.HugePage);
}
