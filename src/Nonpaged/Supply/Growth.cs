namespace Nonpaged;

/// <summary>
/// By how much a pool grows: a quarter of what it holds, within the first extent and the step, the ceiling, and what may be
/// pinned. What is obtained ahead is resident and not used, so a small program's pool grows little by little, and a large pool
/// by a small part of it.
/// </summary>
internal static class Growth
{
    private const int Part = 4;
    private const int LargePoolPart = 64;

    public static nuint Wish(NonpagedPoolOptions options, ulong needed, ulong held, ulong room, ulong pinRoom)
    {
        ulong first = RoundUp((ulong)options.FirstExtent);
        ulong most = ulong.Max(RoundUp((ulong)options.Step), RoundUp(held / LargePoolPart));
        ulong wish = ulong.Clamp(RoundUp(held / Part), first, ulong.Max(most, first));
        if (wish <= needed) return (nuint)needed;
        // An ordinary user's memlock limit ends in the middle of a step: the rest of it is taken then.
        return (nuint)ulong.Min(wish, ulong.Min(room, pinRoom)) & ~(nuint)(HostExtents.HugePage - 1);
    }

    private static ulong RoundUp(ulong bytes) =>
        Page.RoundUp((nuint)ulong.Clamp(bytes, HostExtents.HugePage, 1UL << 46), HostExtents.HugePage);
}
