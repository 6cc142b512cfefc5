using System.Diagnostics;

namespace Nonpaged.Bench;

/// <summary>
/// What it takes to pin 1 GiB that is there already, by each kind of pin, and to let go of it again: rounds in turns,
/// in one process, on one thread.
/// </summary>
internal static class PinsBench
{
    private const nuint Length = 1 << 30;

    public static void Run(int rounds, TextWriter output)
    {
        output.WriteLine(
            $"# {MachineFacts.Read().Cpu}, 1 GiB, {rounds} rounds, ms: minimum (median), and the ratio of the medians");
        Measure("2 MiB pages (collapsed)", new CollapsedRung(), rounds, output);
        Measure("4 KiB pages", new SmallPageRung(), rounds, output);
    }

    private static void Measure(string name, Rung rung, int rounds, TextWriter output)
    {
        MemoryFile file = MemoryFile.TryCreate(
            "nonpaged:bench:pins", rung.FileFlags, Length, HostExtents.HugePage, out AllocationFailure? failure)
            ?? throw new AllocationException(failure!);
        using (file)
        {
            if (file.ExtendTo(Length).IsError || rung.Fill(file, 0, Length) is not null)
                throw new BenchException($"There is no 1 GiB of {name}.");
            using var rings = new PinTable();
            var ringTimes = new List<double>();
            var pipeTimes = new List<double>();
            // The first of each makes what the others find.
            for (int round = 0; round <= rounds; round++)
            {
                double ring = Time(() => rings.TryPin(file.Start, Length, out failure));
                double pipe = Time(() => PipePins.TryPin(file, rung.Unit, isHugetlb: false, out failure));
                if (round == 0) continue;
                ringTimes.Add(ring);
                pipeTimes.Add(pipe);
            }

            ringTimes.Sort();
            pipeTimes.Sort();
            double ratio = pipeTimes[rounds / 2] / ringTimes[rounds / 2];
            output.WriteLine(
                $"{name}: io_uring {ringTimes[0]:0.00} ({ringTimes[rounds / 2]:0.00}), references in pipes {pipeTimes[0]:0.00} "
                    + $"({pipeTimes[rounds / 2]:0.00}), {ratio:0.00}");
        }
    }

    private static double Time(Func<IDisposable?> pin)
    {
        long start = Stopwatch.GetTimestamp();
        IDisposable held = pin() ?? throw new BenchException("It cannot be pinned.");
        double taken = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        held.Dispose();
        return taken;
    }
}
