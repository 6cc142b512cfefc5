using System.Collections.Concurrent;

namespace Nonpaged.Cli;

/// <summary>
/// Random requests at the ceiling of a pool that grows and shrinks, from several threads, with all contents checked. A seed
/// repeats each thread's requests in their order; how the threads meet, and so what is refused, is the machine's.
/// </summary>
internal sealed unsafe class PoolSoak(
    int seed, int threads = 2, ulong ceiling = 64 << 20, IReadOnlyList<MemoryRung>? ladder = null)
{
    // How many steps of a thread a phase of growth or of shrinking takes: enough to fill the pool, or to empty it.
    private const int Phase = 2048;

    private readonly ConcurrentQueue<PoolSoakBlock> _handedOver = new();
    private readonly PoolSoakTally _tally = new(ceiling);
    private ulong _key;

    /// <summary>Runs for so long, or until the first few errors.</summary>
    public PoolSoakReport Run(TimeSpan time, CancellationToken cancel = default)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        {
            Name = "soak",
            Ceiling = (long)ceiling,
            Step = (long)ceiling / 8,
            IdleKept = (long)ceiling / 8,
            IdleRelease = TimeSpan.FromMilliseconds(20),
            SearchEffort = (long)ceiling / 8,
            Ladder = ladder ?? NonpagedPoolOptions.DefaultLadder,
        });
        long end = Environment.TickCount64 + (long)time.TotalMilliseconds;
        Thread[] workers =
        [
            .. Enumerable.Range(0, threads).Select(
                index => new Thread(() => Work(pool, index, end, cancel)) { IsBackground = true }),
        ];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
        while (_handedOver.TryDequeue(out PoolSoakBlock? block)) CheckAndFree(block, isSample: true);
        pool.Trim();
        return _tally.Report(outstanding: pool.GetMap().UsedBytes);
    }

    private void Work(NonpagedPool pool, int index, long end, CancellationToken cancel)
    {
        // What is asked for has a source of its own: what is freed depends on the other threads.
        var requests = new Random(seed + index);
        var random = new Random(seed + index);
        var mine = new List<PoolSoakBlock>();
        try
        {
            for (int step = 0; Environment.TickCount64 < end && !cancel.IsCancellationRequested && !_tally.IsFull; step++)
            {
                // Phases of growth and of shrinking: the share of allocations swings.
                bool grows = random.Next(100) < (step / Phase % 2 == 0 ? 70 : 30);
                if (grows) Allocate(pool, requests, random, mine);
                else if (mine.Count > 0) FreeOne(random, mine);
                if (_handedOver.TryDequeue(out PoolSoakBlock? other)) CheckAndFree(other, random.Next(64) == 0);
            }
        }
        catch (Exception exception)
        {
            _tally.Fail(exception.ToString());
        }

        foreach (PoolSoakBlock block in mine) CheckAndFree(block, isSample: true);
    }

    private void Allocate(NonpagedPool pool, Random requests, Random random, List<PoolSoakBlock> mine)
    {
        MemoryRequest request = Next(requests, mine, out bool isPlain);
        ulong held = pool.HeldBytes;
        MemoryBlock? run = null;
        void* address = null;
        AllocationFailure? failure = null;
        try
        {
            if (isPlain) address = pool.AllocZeroed(request.Length);
            else if (pool.TryAllocate(request, out run, out failure)) address = run.Address;
        }
        catch (AllocationException exception)
        {
            failure = exception.Failure;
        }

        if (address == null)
        {
            Refused(random, mine, failure!);
            return;
        }

        _tally.Allocated(held, pool.HeldBytes, run?.Obtained.Pin);
        bool isZeroed = isPlain || RequestCheck.IsZeroed(request);
        if (isZeroed && new ReadOnlySpan<byte>(address, (int)request.Length).ContainsAnyExcept((byte)0))
            _tally.Fail($"{request.Length} bytes at 0x{(nuint)address:x} are not zero.");
        var block = new PoolSoakBlock(pool, run, address, request.Length, Interlocked.Increment(ref _key));
        if (block.CheckGuarantees() is { } less) _tally.Fail(less);
        block.Fill();
        mine.Add(block);
    }

    // Each request draws the same numbers, whatever becomes of it.
    private static MemoryRequest Next(Random requests, List<PoolSoakBlock> mine, out bool isPlain)
    {
        nuint length = (nuint)Math.Exp(requests.NextDouble() * Math.Log(4 << 20)) + 1;
        isPlain = requests.Next(2) == 0;
        var request = new MemoryRequest(length)
        {
            Pin = requests.Next(2) == 0 ? PinDemand.Any : PinDemand.WherePossible,
            Contiguous = requests.Next(4) == 0 && length <= HostExtents.HugePage,
            Alignment = (nuint)1 << requests.Next(4, 17),
            Protectable = requests.Next(16) == 0,
            WholePages = requests.Next(8) == 0,
            Shared = requests.Next(64) == 0 ? Sharing.ReadWrite : Sharing.None,
        };

        // A limit that frames may allow: the pool has had memory there.
        bool isLimited = requests.Next(32) == 0;
        return isLimited && mine is [.., { First: { } known }]
            ? request with { HighestAcceptableAddress = known + ((2 << 20) - 1) }
            : request;
    }

    private void Refused(Random random, List<PoolSoakBlock> mine, AllocationFailure failure)
    {
        _tally.Refused(failure);
        for (int i = 0; i < 8 && mine.Count > 0; i++) FreeOne(random, mine);
    }

    private void FreeOne(Random random, List<PoolSoakBlock> mine)
    {
        int index = random.Next(mine.Count);
        PoolSoakBlock block = mine[index];
        mine[index] = mine[^1];
        mine.RemoveAt(mine.Count - 1);
        // Some are freed by whichever thread comes first.
        if (random.Next(4) == 0) _handedOver.Enqueue(block);
        else CheckAndFree(block, random.Next(64) == 0);
    }

    private void CheckAndFree(PoolSoakBlock block, bool isSample)
    {
        _tally.Checked(block.Length);
        if (block.Check() is { } changed) _tally.Fail(changed);
        if (isSample)
        {
            if (block.CheckFrame(out bool isKnown) is { } moved) _tally.Fail(moved);
            if (isKnown) _tally.CheckedPage();
        }

        if (block.Free() is { } bad) _tally.Fail(bad);
    }
}
