namespace Nonpaged;

/// <summary>
/// Physical memory under a common limit. Limits of drivers fall on these, so memory below one is kept for the requests that need
/// it: a request that any zone can serve takes from the highest.
/// </summary>
internal static class Zone
{
    public const int Count = 4;

    private static readonly ulong[] s_limits = [1UL << 20, 1UL << 24, 1UL << 32, ulong.MaxValue];

    /// <summary>Where a zone ends: its first address above.</summary>
    public static ulong Limit(int zone) => s_limits[zone];

    /// <summary>The zone of a physical address; one that is not known is as good as above every limit.</summary>
    public static int Of(ulong physical)
    {
        int zone = 0;
        while (zone < Count - 1 && physical >= s_limits[zone]) zone++;
        return zone;
    }
}
