using System.Collections;

namespace Nonpaged;

/// <summary>
/// Numbers of pools, by which a thread finds its magazines. Slot 0 is of none, and what a pool has that came when all others
/// were taken: it works, under locks.
/// </summary>
internal static class PoolSlots
{
    public const int Count = 256;

    private static readonly Lock s_gate = new();
    private static readonly BitArray s_taken = new(Count);

    /// <summary>How many are of pools, or set aside.</summary>
    public static int Taken
    {
        get
        {
            lock (s_gate) return s_taken.Cast<bool>().Count(taken => taken);
        }
    }

    public static int Take()
    {
        lock (s_gate)
        {
            for (int slot = 1; slot < Count; slot++)
            {
                if (s_taken[slot]) continue;
                s_taken[slot] = true;
                return slot;
            }

            return 0;
        }
    }

    public static void Release(int slot)
    {
        lock (s_gate) s_taken[slot] = false;
    }
}
