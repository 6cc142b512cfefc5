using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>Our side of "heap": lines on stdin and answers as the peers' workload.h describes them.</summary>
/// <param name="heap">The allocator.</param>
/// <param name="milliseconds">What one measurement shall take.</param>
/// <param name="isJit">The runtime's own compiler is at work, which takes its time. A program that can be compiled ahead of time
/// isn't told so by RuntimeFeature.</param>
internal sealed class HeapChild<TBlocks, TBlock>(TBlocks heap, double milliseconds, bool isJit)
    where TBlocks : struct, IBlocks<TBlock>
    where TBlock : notnull
{
    // The runtime's own compiler compiles a method well after 30 calls and some time in which it compiled nothing else.
    private const int WarmUpCalls = 40;
    private const int WarmUpPause = 120;
    private const int WarmUpMost = 200;
    private const int WarmUpTurns = 20;
    private const int WarmUpSame = 2;
    private const int WarmUpFirst = 8;
    private const double Faster = 0.97;
    private const nuint DmaSize = 4096;

    private readonly TwoThreads<TBlocks, TBlock> _threads = new(heap);
    private readonly HashSet<string> _warm = [];
    private LiveSet<TBlocks, TBlock>? _live;
    private MixedSet<TBlocks, TBlock>? _mixed;

    public int Serve()
    {
        Processor.Pin(0);
        while (Console.In.ReadLine() is { } line)
        {
            Console.Out.WriteLine(Answer(line));
            Console.Out.Flush();
        }

        return 0;
    }

    private string Answer(string line)
    {
        string[] words = line.Split(' ');
        if (words[0] == "memory") return Memory(words[1], Number(words, 2));
        if (words[0] == "drop") return Drop();
        return Format.Number(Time(line, words));
    }

    private double Time(string line, string[] words)
    {
        int first = Number(words, 1);
        Job job = new((nuint)first);
        return words[0] switch
        {
            "lifo" => Measure(line, 1, pairs => Workload<TBlocks, TBlock>.Lifo(heap, job, pairs)),
            "batch" =>
                Measure(line, Workload<TBlocks, TBlock>.Batch, pairs => Workload<TBlocks, TBlock>.InBatches(heap, job, pairs)),
            "bulk" => Measure(line, first, pairs => Workload<TBlocks, TBlock>.Bulk(heap, new Job(2048, Many: first), pairs)),
            "churn" => Measure(line, 1, pairs => _threads.Churn(first, pairs)),
            "handover" => Measure(line, Handover<TBlocks, TBlock>.Portion, new Handover<TBlocks, TBlock>(heap, job.Size).Run),
            "large" => Large(line, job with { Many = Number(words, 2) }, zeroed: Number(words, 3) != 0),
            "dma" => Large(line, new Job(DmaSize, Many: first), zeroed: false),
            "remote" => Measure(line, 32, pairs => _threads.Remote(job.Size, pairs)),
            "live" => Live(line, job with { Count = Number(words, 2), Many = Number(words, 3) }),
            _ => throw new BenchException($"\"{line}\" is no workload."),
        };
    }

    private double Live(string line, Job job)
    {
        _live ??= new LiveSet<TBlocks, TBlock>(heap, job);
        return Measure(line, job.Many, _live.Replace);
    }

    // A pair may take milliseconds.
    private double Large(string line, Job job, bool zeroed)
    {
        if (!zeroed) return Measure(line, job.Many, pairs => LargeBlocks<TBlocks, TBlock>.Run(heap, job, pairs), least: 1);
        IZeroedBlocks<TBlock> own = heap as IZeroedBlocks<TBlock> ?? throw new BenchException($"\"{line}\": nothing is zeroed.");
        return Measure(line, job.Many, pairs => LargeBlocks<TBlocks, TBlock>.RunZeroed(heap, own, job, pairs), least: 1);
    }

    private string Memory(string phase, int count)
    {
        if (phase == "filled") _mixed = new MixedSet<TBlocks, TBlock>(heap, count);
        else if (phase == "churned") _mixed!.Churn();
        else _mixed!.Free(9);
        (double held, double free) = _mixed!.Ratio();
        return $"{Format.Number(held)} {Format.Number(free)}";
    }

    private string Drop()
    {
        _live?.Free();
        _live = null;
        _mixed?.Free(10);
        _mixed = null;
        return "0";
    }

    /// <summary>So many pairs that they take the time asked for, then these. In nanoseconds for one.</summary>
    private double Measure(string line, long unit, Func<long, double> workload, long least = 1000)
    {
        double target = milliseconds * 1e6;
        long pairs = Multiple(least, unit);
        WarmUp(line, pairs, workload);
        double time = workload(pairs);
        while (time < target / 4)
        {
            pairs = Multiple(pairs * double.Clamp(target / 2 / time, 2, 100), unit);
            time = workload(pairs);
        }

        pairs = Multiple(pairs * target / time, unit);
        return workload(pairs) / pairs;
    }

    // What is compiled first is instrumented, and compiled again later, when nothing new has been compiled for a while. So until
    // it stays as fast as it is; a process's first workload takes longest.
    private void WarmUp(string line, long pairs, Func<long, double> workload)
    {
        if (!isJit || !_warm.Add(line)) return;
        double best = double.MaxValue;
        int same = 0;
        int least = _warm.Count == 1 ? WarmUpFirst : 0;
        for (int turn = 0; turn < WarmUpTurns && (same < WarmUpSame || turn < least); turn++)
        {
            double fastest = double.MaxValue;
            long end = Environment.TickCount64 + WarmUpMost;
            for (int i = 0; i < WarmUpCalls && Environment.TickCount64 < end; i++)
                fastest = double.Min(fastest, workload(pairs));
            same = fastest < best * Faster ? 0 : same + 1;
            best = double.Min(best, fastest);
            Thread.Sleep(WarmUpPause);
        }
    }

    private static long Multiple(double pairs, long of) => ((long)pairs / of + 1) * of;

    private static int Number(string[] words, int at) => int.Parse(words[at], CultureInfo.InvariantCulture);
}
