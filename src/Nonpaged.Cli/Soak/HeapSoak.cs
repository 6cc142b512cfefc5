using System.Collections.Concurrent;
using System.Diagnostics;

namespace Nonpaged.Cli;

/// <summary>
/// Small blocks on several threads, each filled with a word that only it has and compared when it is freed. Threads hand blocks
/// over to each other, end now and then with full magazines, and try bad frees. A seed repeats what each thread asks for; how the
/// threads meet is the machine's.
/// </summary>
internal sealed class HeapSoak(int seed, int threads = 2, ulong ceiling = 256 << 20, IReadOnlyList<MemoryRung>? ladder = null)
{
    private const int MostErrors = 20;

    private readonly ConcurrentQueue<HeapSoakBlock[]> _handedOver = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly long[] _operations = new long[threads];
    private long _bytes, _passed, _ended, _badFrees;

    /// <summary>Runs for so long, or so many operations, whichever is first, or until the first few errors.</summary>
    public HeapSoakReport Run(TimeSpan time, long operations = long.MaxValue, CancellationToken cancel = default)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        {
            Name = "heap soak",
            Ceiling = (long)ceiling,
            IdleRelease = TimeSpan.FromMilliseconds(500),
            Ladder = ladder ?? NonpagedPoolOptions.DefaultLadder,
        });
        var watch = Stopwatch.StartNew();
        long each = operations == long.MaxValue ? operations : (operations + threads - 1) / threads;
        bool IsOver(int index) =>
            _operations[index] >= each || watch.Elapsed >= time || cancel.IsCancellationRequested || _errors.Count >= MostErrors;
        HeapSoakThread[] lanes =
            [.. Enumerable.Range(0, threads).Select(index => new HeapSoakThread(pool, seed + index, _handedOver))];
        Thread[] runners = [.. lanes.Select((lane, index) =>
            new Thread(() => RunLane(lane, index, () => IsOver(index), each)) { IsBackground = true })];
        foreach (Thread runner in runners) runner.Start();
        foreach (Thread runner in runners) runner.Join();
        long rest = Guard(() => lanes.Sum(lane => lane.FreeAll()) + lanes[0].TakeOverAll());
        double seconds = watch.Elapsed.TotalSeconds;
        foreach (HeapSoakThread lane in lanes)
        {
            _bytes += lane.BytesChecked;
            _passed += lane.Passed;
            _badFrees += lane.BadFrees;
        }

        pool.Trim();
        return new HeapSoakReport(
            _operations.Sum() + rest, seconds, _bytes, _passed, _ended, _badFrees, pool.GetMap().UsedBytes, [.. _errors]);
    }

    /// <summary>One thread after the other goes on with the same blocks.</summary>
    private void RunLane(HeapSoakThread lane, int index, Func<bool> isOver, long most)
    {
        while (!isOver())
        {
            var thread = new Thread(() => _operations[index] += Guard(() => lane.Run(isOver, most - _operations[index])))
            { IsBackground = true };
            thread.Start();
            thread.Join();
            Interlocked.Increment(ref _ended);
        }
    }

    private long Guard(Func<long> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception)
        {
            _errors.Enqueue(exception is HeapSoakException ? exception.Message : exception.ToString());
            return 1;
        }
    }
}
