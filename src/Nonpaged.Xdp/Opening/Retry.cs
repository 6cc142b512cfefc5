using System.Diagnostics;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// What the kernel gives back some time after it was closed: queues, pinned memory, programs. A process that is just being
/// started has copies of all descriptors, too, for a moment.
/// </summary>
internal static class Retry
{
    /// <summary>Tries a step again while it fails so, for some time.</summary>
    public static SysResult While(TimeSpan patience, Func<Errno, bool> isPassing, Func<SysResult> step)
    {
        long start = Stopwatch.GetTimestamp();
        for (int pause = 1; ; pause = Math.Min(2 * pause, 20))
        {
            SysResult result = step();
            if (!isPassing(result.Errno) || Stopwatch.GetElapsedTime(start) >= patience) return result;
            Thread.Sleep(pause);
        }
    }
}
