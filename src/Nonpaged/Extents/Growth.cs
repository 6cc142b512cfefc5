namespace Nonpaged;

/// <summary>By how much a pool grows: as much again as it holds, within the first extent and the step, the ceiling, and what may be pinned.</summary>
internal static class Growth
{
    public static nuint Wish(NonpagedPoolOptions options, ulong held, ulong room)
    {
        ulong first = ulong.Max(options.FirstExtent, HostExtents.HugePage);
        ulong wish = ulong.Clamp(held, first, ulong.Max(options.Step, first));
        // An ordinary user's memlock limit ends in the middle of a step: the rest of it is taken then.
        return (nuint)ulong.Min(wish, ulong.Min(room, MemlockBudget.Room())) & ~(nuint)(HostExtents.HugePage - 1);
    }
}
