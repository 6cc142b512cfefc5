using System.Globalization;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// What may be pinned. RLIMIT_MEMLOCK counts the pins of all processes of a user together, whole huge pages, and 8 KiB for each
/// ring; CAP_IPC_LOCK lifts it. What others use cannot be known exactly, so only what this process pinned itself counts for a
/// refusal; the rest explains one.
/// </summary>
internal static class MemlockBudget
{
    public const long RingCharge = 8192;

    private static long s_pinned;

    /// <summary>What this process pinned, by its own account.</summary>
    public static long Pinned => Interlocked.Read(ref s_pinned);

    /// <summary>Bytes that this process pinned, or gave up (negative).</summary>
    public static void Charge(long bytes) => Interlocked.Add(ref s_pinned, bytes);

    /// <summary>How much more this process may pin at most.</summary>
    public static ulong Room()
    {
        ulong limit = Limit();
        if (limit == LibC.RLIM_INFINITY || HasCapability()) return ulong.MaxValue;
        return limit - ulong.Min(limit, (ulong)Pinned);
    }

    /// <summary>The limit in bytes; null for none.</summary>
    public static long? LimitOrNull() =>
        Limit() is var limit && limit == LibC.RLIM_INFINITY ? null : (long)ulong.Min(limit, long.MaxValue);

    /// <summary>The limit and who uses how much of it, for an error.</summary>
    public static string Describe()
    {
        ulong limit = Limit();
        string value = limit == LibC.RLIM_INFINITY ? "unlimited" : $"{limit} bytes";
        return $"RLIMIT_MEMLOCK, {value}, counted for all processes of the user together (pinned by this pool and others of the "
            + $"process: {Pinned}; "
            + $"VmPin of all processes of the user: {PinnedByUser()}; a pinned part of a huge page counts as all of it, "
            + $"a ring as {RingCharge})";
    }

    private static ulong Limit() =>
        LibC.GetRLimit(LibC.RLIMIT_MEMLOCK, out ulong soft, out _).IsError ? LibC.RLIM_INFINITY : soft;

    // Where that cannot be known, the kernel's answer to the pin tells.
    private static bool HasCapability() =>
        LibC.CapGet(out ulong effective).IsError || (effective >> LibC.CAP_IPC_LOCK & 1) != 0;

    private static ulong PinnedByUser()
    {
        string? user = KernelText.TryReadField("/proc/self/status", "Uid:");
        ulong kilobytes = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(folder)[0]) || KernelText.TryReadField($"{folder}/status", "Uid:") != user)
                continue;
            if (ulong.TryParse(
                KernelText.TryReadField($"{folder}/status", "VmPin:")?.Split(' ')[0],
                CultureInfo.InvariantCulture,
                out ulong pinned))
            {
                kilobytes += pinned;
            }
        }

        return kilobytes << 10;
    }
}
