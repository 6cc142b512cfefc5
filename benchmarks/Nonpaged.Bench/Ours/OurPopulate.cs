using System.Diagnostics;

namespace Nonpaged.Bench;

/// <summary>Our side of "populate": each line on stdin asks for one round, answered by its time in milliseconds.</summary>
internal static unsafe class OurPopulate
{
    private const ulong HugePage = 2 << 20;

    public static int Serve(MemoryRung rung, ulong bytes)
    {
        while (Console.In.ReadLine() is not null)
        {
            Console.Out.WriteLine(Format.Number(Round(rung, bytes)));
            Console.Out.Flush();
        }

        return 0;
    }

    /// <summary>
    /// A pool of its own each time, so that nothing of an earlier round is used again. What it held
    /// is given back before the answer.
    /// </summary>
    private static double Round(MemoryRung rung, ulong bytes)
    {
        long start = Stopwatch.GetTimestamp();
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "bench", Ladder = [rung] });
        MemoryBlock block = pool.Allocate(new MemoryRequest((nuint)bytes) { Pin = PinDemand.Any, WholePages = true });
        ulong unit = rung == MemoryRung.SmallPages ? 4096 : HugePage;
        ulong sum = 0;
        for (ulong at = 0; at < bytes; at += unit) sum += pool.Translate((byte*)block.Address + at).Value;
        double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (sum == 0 || !block.Obtained.Pinned) throw new InvalidOperationException("The memory is not what was measured.");
        return time;
    }
}
