using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>
/// Random numbers, the same as in the peers' workload.h: Knuth's linear congruential generator (MMIX), the upper half.
/// </summary>
internal struct Sequence(ulong state)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Draw(ulong count)
    {
        state = state * 6364136223846793005 + 1442695040888963407;
        return ((state >> 32) * count) >> 32;
    }
}
