namespace Nonpaged.Ndis.Host;

/// <summary>Arguments that many of the kernel's calls have.</summary>
internal static unsafe class KernelArguments
{
    /// <summary>
    /// A time as the kernel counts: in units of 100 ns, below zero from now, above zero since 1601. Null, for no pointer, is
    /// without end.
    /// </summary>
    public static TimeSpan? Time(long* time)
    {
        if (time == null) return null;
        if (*time == long.MinValue) return TimeSpan.MaxValue;
        long ticks = *time <= 0 ? -*time : *time - DateTime.UtcNow.ToFileTimeUtc();
        return TimeSpan.FromTicks(Math.Max(0, ticks));
    }

    public static byte Boolean(bool value) => value ? (byte)1 : (byte)0;

    /// <summary>A counted string; null where the pointer or its buffer is.</summary>
    public static string? Text(NDIS_STRING* text) => text == null || text->Buffer == null ? null : text->ToString();
}
