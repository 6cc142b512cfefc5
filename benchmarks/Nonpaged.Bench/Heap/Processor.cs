using System.Numerics;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>The two processors that are used: the first of those that this process may use.</summary>
internal static unsafe partial class Processor
{
    // CPU_SETSIZE, in bytes: sched_getaffinity(2).
    private const int SetBytes = 128;

    private static readonly int[] s_two = First();

    public static IReadOnlyList<int> Two => s_two;

    public static bool AreTwo => s_two.Length == 2;

    /// <summary>Keeps the calling thread on one of them, as the first or the second.</summary>
    public static void Pin(int thread)
    {
        if (!AreTwo) throw new BenchException("Two processors are needed.");
        ulong* set = stackalloc ulong[SetBytes / sizeof(ulong)];
        set[s_two[thread] / 64] = 1UL << (s_two[thread] % 64);
        // 0 is the calling thread.
        if (SetAffinity(0, SetBytes, set) != 0)
            throw new BenchException($"sched_setaffinity: processor {s_two[thread]}, errno {Marshal.GetLastPInvokeError()}.");
    }

    private static int[] First()
    {
        ulong* set = stackalloc ulong[SetBytes / sizeof(ulong)];
        if (GetAffinity(0, SetBytes, set) != 0)
            throw new BenchException($"sched_getaffinity: errno {Marshal.GetLastPInvokeError()}.");
        var found = new List<int>();
        for (int word = 0; word < SetBytes / sizeof(ulong); word++)
        {
            for (ulong left = set[word]; left != 0; left &= left - 1)
                found.Add(word * 64 + BitOperations.TrailingZeroCount(left));
        }

        return [.. found.Take(2)];
    }

    // The C library's functions, unlike the system calls, return 0.
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint length, ulong* set);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint length, ulong* set);
}
