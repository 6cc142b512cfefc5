using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>Keeps the calling thread on one processor.</summary>
internal static unsafe partial class Processor
{
    public static void Pin(int number)
    {
        ulong set = 1UL << number;
        // 0 is the calling thread: sched_setaffinity(2).
        if (SetAffinity(0, sizeof(ulong), &set) != 0)
            throw new BenchException("The benchmark needs the processors 0 and 1 for itself (sched_setaffinity).");
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint length, ulong* set);
}
