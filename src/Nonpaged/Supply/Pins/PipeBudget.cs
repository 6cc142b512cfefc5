using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Slots of pipes: those of all processes of a user together may not be more than fs.pipe-user-pages-soft, or the user's
/// further pipes shrink to two slots (pipe(7)). An eighth is left to the user's other pipes. Users with CAP_SYS_RESOURCE
/// or CAP_SYS_ADMIN have no limit.
/// </summary>
internal static class PipeBudget
{
    public const string SoftLimit = "/proc/sys/fs/pipe-user-pages-soft";
    private const string SizeLimit = "/proc/sys/fs/pipe-max-size";

    // The kernel's defaults, where /proc is not mounted.
    private const ulong UsualSoftLimit = 16384;
    private const ulong UsualSize = 1 << 20;

    // The kernel allocates 40 bytes a slot in one piece: what is longer than 160 KiB may be refused on fragmented memory.
    private const int MostOfPrivileged = 4096;

    private static long s_slots;

    /// <summary>Slots of this process's pipes that hold references.</summary>
    public static long Slots => Interlocked.Read(ref s_slots);

    /// <summary>How many slots this process's references may have; no number where there is no limit.</summary>
    public static long? Most
    {
        get
        {
            if (IsPrivileged()) return null;
            ulong soft = KernelText.TryReadNumber(SoftLimit) ?? UsualSoftLimit;
            return soft == 0 ? null : (long)(soft - soft / 8);
        }
    }

    /// <summary>How many slots one pipe may have: a power of two.</summary>
    public static int MostOfOne => IsPrivileged() ? MostOfPrivileged : Usual;

    /// <summary>What an ordinary user may have.</summary>
    public static int Usual => (int)((KernelText.TryReadNumber(SizeLimit) ?? UsualSize) >> Page.Shift);

    /// <summary>Takes slots. False where the user's budget has no room for them.</summary>
    public static bool TryTake(int slots)
    {
        long most = Most ?? long.MaxValue;
        for (long taken = Slots; ;)
        {
            if (taken + slots > most) return false;
            long seen = Interlocked.CompareExchange(ref s_slots, taken + slots, taken);
            if (seen == taken) return true;
            taken = seen;
        }
    }

    public static void Give(int slots) => Interlocked.Add(ref s_slots, -slots);

    private static bool IsPrivileged()
    {
        const int sysAdmin = 21;
        const int sysResource = 24;
        return !LibC.CapGet(out ulong effective).IsError && (effective & (1UL << sysAdmin | 1UL << sysResource)) != 0;
    }
}
