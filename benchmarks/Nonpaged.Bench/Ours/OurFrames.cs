using System.Globalization;
using System.Runtime.CompilerServices;
using Nonpaged.Xdp;

namespace Nonpaged.Bench;

/// <summary>Our side of the rows "frames": lines on stdin and answers as benchmarks/peers/xdp_mempool.c describes them.</summary>
internal static class OurFrames
{
    private const int Queue = 1024;
    private const int Frames = 4096;
    private const long FirstTurns = 4096;
    private const int Line = 64;

    public static int Serve(bool isChecked, double milliseconds)
    {
        Processor.Pin(0);
        using var pool = new XdpFramePool(new XdpFramePoolOptions { Count = Frames, Checked = isChecked });
        while (Console.In.ReadLine() is { } line)
        {
            int count = int.Parse(line, CultureInfo.InvariantCulture);
            Console.Out.WriteLine(Format.Number(Measure(pool, count, milliseconds * 1e6)));
            Console.Out.Flush();
        }

        return 0;
    }

    private static double Measure(XdpFramePool pool, int count, double target)
    {
        long turns = FirstTurns;
        double time = Turn(pool, count, turns);
        while (time < target / 4)
        {
            turns *= 2;
            time = Turn(pool, count, turns);
        }

        turns = (long)(turns * target / time) + 1;
        return Turn(pool, count, turns) / turns / count;
    }

    /// <param name="pool">The frames.</param>
    /// <param name="count">Divides <see cref="Queue"/>.</param>
    /// <param name="turns">How often.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe double Turn(XdpFramePool pool, int count, long turns)
    {
        // As the C program's: it starts with a line of the cache.
        byte* room = stackalloc byte[(Queue * sizeof(int)) + Line];
        int* queue = (int*)(((nint)room + Line - 1) & ~(Line - 1));
        int head = Queue - count, tail = 0;
        for (int at = 0; at < head; at += count) pool.Take(new Span<int>(queue + at, count));
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (long i = 0; i < turns; i++)
        {
            if (pool.Take(new Span<int>(queue + head, count)) < count) throw new BenchException("The pool is empty.");
            head = (head + count) & (Queue - 1);
            pool.Give(new ReadOnlySpan<int>(queue + tail, count));
            tail = (tail + count) & (Queue - 1);
        }

        double time = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        for (; tail != head; tail = (tail + count) & (Queue - 1)) pool.Give(new ReadOnlySpan<int>(queue + tail, count));
        return time;
    }
}
