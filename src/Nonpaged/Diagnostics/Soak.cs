using System.Collections.Concurrent;

namespace Nonpaged;

/// <summary>
/// Random requests at the ceiling of a pool that grows and shrinks, from several threads, with all contents checked. A seed repeats each thread's requests; how the
/// threads meet is the machine's.
/// </summary>
internal sealed unsafe class Soak(int seed, int threads = 2, ulong ceiling = 64 << 20, IReadOnlyList<MemoryRung>? ladder = null)
{
    private const int MostErrors = 20;

    private readonly ConcurrentQueue<SoakBlock> _handedOver = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private long _allocations, _refused, _bytes, _pages, _shrinks, _key;
    private ulong _peak;

    /// <summary>Runs for so long, or until the first few errors.</summary>
    public SoakReport Run(TimeSpan time, CancellationToken cancel = default)
    {
        using NonpagedPool pool = NonpagedPool.Create(new NonpagedPoolOptions
        {
            Name = "soak",
            Ceiling = ceiling,
            Step = ceiling / 8,
            IdleKept = ceiling / 8,
            IdleRelease = TimeSpan.FromMilliseconds(20),
            Ladder = ladder ?? NonpagedPoolOptions.DefaultLadder,
        });
        long end = Environment.TickCount64 + (long)time.TotalMilliseconds;
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => Work(pool, index, end, cancel)) { IsBackground = true })];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
        while (_handedOver.TryDequeue(out SoakBlock? block)) CheckAndFree(block, isSample: true);
        return new SoakReport(_allocations, _refused, _bytes, _pages, _peak, _shrinks, pool.HeldBytes - pool.FreeBytes, [.. _errors]);
    }

    private void Work(NonpagedPool pool, int index, long end, CancellationToken cancel)
    {
        var random = new Random(seed + index);
        var mine = new List<SoakBlock>();
        try
        {
            while (Environment.TickCount64 < end && !cancel.IsCancellationRequested && _errors.Count < MostErrors)
            {
                // Phases of growth and of shrinking: the share of allocations swings.
                bool grows = random.Next(100) < (Environment.TickCount64 / 500 % 2 == 0 ? 70 : 30);
                if (grows) Allocate(pool, random, mine);
                else if (mine.Count > 0) FreeOne(random, mine);
                if (_handedOver.TryDequeue(out SoakBlock? other)) CheckAndFree(other, random.Next(64) == 0);
            }
        }
        catch (Exception exception)
        {
            _errors.Enqueue(exception.ToString());
        }

        foreach (SoakBlock block in mine) CheckAndFree(block, isSample: true);
    }

    private void Allocate(NonpagedPool pool, Random random, List<SoakBlock> mine)
    {
        nuint length = (nuint)Math.Exp(random.NextDouble() * Math.Log(4 << 20)) + 1;
        ulong held = pool.HeldBytes;
        MemoryBlock? run = null;
        void* address = null;
        AllocationFailure? failure = null;
        bool isZeroed = true;
        if (random.Next(2) == 0)
        {
            MemoryRequest request = Request(random, length);
            if (pool.TryAllocate(request, out run, out failure)) address = run.Address;
            isZeroed = length > SizeClass.MaxSize;
        }
        else
        {
            try
            {
                address = pool.AllocateZeroed(length);
            }
            catch (AllocationException exception)
            {
                failure = exception.Failure;
            }
        }

        if (address == null)
        {
            Refused(random, mine, failure!);
            return;
        }

        Note(pool, held);
        if (isZeroed && new ReadOnlySpan<byte>(address, (int)length).ContainsAnyExcept((byte)0)) _errors.Enqueue($"{length} bytes at 0x{(nuint)address:x} are not zero.");
        var block = new SoakBlock(pool, run, address, length, (ulong)Interlocked.Increment(ref _key));
        block.Fill();
        mine.Add(block);
    }

    private static MemoryRequest Request(Random random, nuint length) => new(length)
    {
        Pinned = random.Next(2) == 0,
        Contiguous = length <= HostExtents.HugePage && random.Next(4) == 0,
        Alignment = (nuint)1 << random.Next(4, 17),
        Protectable = random.Next(16) == 0,
        WholePages = random.Next(8) == 0,
        Shared = random.Next(64) == 0 ? Sharing.ReadWrite : Sharing.None,
    };

    private void Refused(Random random, List<SoakBlock> mine, AllocationFailure failure)
    {
        if (!failure.Limit.Contains("ceiling", StringComparison.Ordinal)) _errors.Enqueue(failure.ToString());
        Interlocked.Increment(ref _refused);
        for (int i = 0; i < 8 && mine.Count > 0; i++) FreeOne(random, mine);
    }

    private void Note(NonpagedPool pool, ulong before)
    {
        Interlocked.Increment(ref _allocations);
        ulong now = pool.HeldBytes;
        if (now < before) Interlocked.Increment(ref _shrinks);
        if (now > ceiling) _errors.Enqueue($"{now} bytes are held, the ceiling is {ceiling}.");
        // A peak that two threads note at once may be the lower one's: it is for information.
        if (now > _peak) _peak = now;
    }

    private void FreeOne(Random random, List<SoakBlock> mine)
    {
        int index = random.Next(mine.Count);
        SoakBlock block = mine[index];
        mine[index] = mine[^1];
        mine.RemoveAt(mine.Count - 1);
        // Some are freed by whichever thread comes first.
        if (random.Next(4) == 0) _handedOver.Enqueue(block);
        else CheckAndFree(block, random.Next(64) == 0);
    }

    private void CheckAndFree(SoakBlock block, bool isSample)
    {
        Interlocked.Add(ref _bytes, (long)block.Length);
        if (block.Check() is { } changed) _errors.Enqueue(changed);
        if (isSample)
        {
            if (block.CheckFrame(out bool isKnown) is { } moved) _errors.Enqueue(moved);
            if (isKnown) Interlocked.Increment(ref _pages);
        }

        if (block.Free() is { } bad) _errors.Enqueue(bad);
    }
}
