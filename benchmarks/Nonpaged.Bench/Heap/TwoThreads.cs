using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Bench;

/// <summary>The workloads of one or two threads, as in the peers' workload.h.</summary>
internal sealed class TwoThreads<TBlocks, TBlock>
    where TBlocks : struct, IBlocks<TBlock>
{
    private const int Live = 10_000;
    private const int Burst = 32;
    private const int Ring = Workload<TBlocks, TBlock>.Ring;

    // Processors fetch lines in pairs.
    private const int RingAlignment = 128;

    private readonly TBlocks _heap;
    private readonly TBlock[] _ring;
    private readonly int _ringStart;
    private readonly RingPositions _positions = new();
    private int _arrived;

    public unsafe TwoThreads(TBlocks heap)
    {
        _heap = heap;
        // Objects can't be kept where they are.
        bool isPinned = !RuntimeHelpers.IsReferenceOrContainsReferences<TBlock>();
        _ring = GC.AllocateArray<TBlock>(Ring + RingAlignment / Unsafe.SizeOf<TBlock>(), isPinned);
        if (isPinned) _ringStart = (int)(-(nint)Unsafe.AsPointer(ref _ring[0]) & (RingAlignment - 1)) / Unsafe.SizeOf<TBlock>();
    }

    /// <summary>
    /// Each thread has its own live blocks of the network mix; one drawn at random is freed and
    /// replaced by one of a random length.
    /// </summary>
    public double Churn(int threads, long pairs)
    {
        double[] times = new double[threads];
        Run(threads, number => times[number] = ChurnOnThread(threads, number, pairs));
        return times.Average();
    }

    /// <summary>One thread allocates and writes, the other frees.</summary>
    public double Remote(nuint size, long pairs)
    {
        _positions.Head = 0;
        _positions.Tail = 0;
        double time = 0;
        Run(2, number =>
        {
            if (number == 0) time = Allocate(size, pairs);
            else Free(size, pairs);
        });
        return time;
    }

    private void Run(int threads, Action<int> work)
    {
        _arrived = 0;
        Thread? second = null;
        if (threads == 2)
        {
            second = new Thread(() =>
            {
                try
                {
                    Processor.Pin(1);
                    work(1);
                }
                catch (Exception exception)
                {
                    // The first thread waits for this one, so the process has to end.
                    Environment.FailFast(exception.Message, exception);
                }
            });
            second.Start();
        }

        work(0);
        second?.Join();
    }

    private void Meet(int threads)
    {
        Interlocked.Increment(ref _arrived);
        while (Volatile.Read(ref _arrived) < threads) Pause();
    }

    private double ChurnOnThread(int threads, int number, long pairs)
    {
        var blocks = new TBlock[Live];
        // Kept where the free is told it.
        ushort[] sizes = TBlocks.IsSized ? new ushort[Live] : [];
        var random = new Sequence(1 + (ulong)number);
        for (int i = 0; i < Live; i++)
        {
            ushort size = NetworkMix.Lengths[random.Draw(NetworkMix.Count)];
            if (TBlocks.IsSized) sizes[i] = size;
            blocks[i] = _heap.Allocate(size);
            _heap.WriteFirst(blocks[i], 1);
        }

        random = Churn(_heap, blocks, sizes, random, 2 * Live);
        Meet(threads);
        long start = Stopwatch.GetTimestamp();
        Churn(_heap, blocks, sizes, random, pairs);
        double time = Workload<TBlocks, TBlock>.Since(start);
        Meet(2 * threads);
        for (int i = 0; i < Live; i++) _heap.Free(blocks[i], TBlocks.IsSized ? sizes[i] : 0u);
        return time;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Sequence Churn(TBlocks heap, TBlock[] blocks, ushort[] sizes, Sequence random, long pairs)
    {
        ref TBlock first = ref blocks[0];
        ref ushort firstSize = ref MemoryMarshal.GetArrayDataReference(sizes);
        ref ushort lengths = ref NetworkMix.Lengths[0];
        do
        {
            nint at = (nint)random.Draw(Live);
            ref TBlock slot = ref Unsafe.Add(ref first, at);
            ushort size = Unsafe.Add(ref lengths, (nint)(pairs & (NetworkMix.Count - 1)));
            if (TBlocks.IsSized)
            {
                heap.Free(slot, Unsafe.Add(ref firstSize, at));
                Unsafe.Add(ref firstSize, at) = size;
            }
            else
            {
                heap.Free(slot, 0);
            }

            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, 1);
            slot = block;
        }
        while (--pairs != 0);

        return random;
    }

    private double Allocate(nuint size, long pairs)
    {
        RingPositions positions = _positions;
        long tail = 0, head = 0;
        Meet(2);
        long start = Stopwatch.GetTimestamp();
        while (tail < pairs)
        {
            while (tail + Burst - head > Ring)
            {
                head = Volatile.Read(ref positions.Head);
                if (tail + Burst - head > Ring) Pause();
            }

            // The ring's length is a multiple of a burst's, which so never goes round its end.
            ref TBlock slot = ref SlotOf(tail);
            Workload<TBlocks, TBlock>.Fill(_heap, size, ref slot, ref Unsafe.Add(ref slot, Burst));
            tail += Burst;
            Volatile.Write(ref positions.Tail, tail);
        }

        while (Volatile.Read(ref positions.Head) < tail) Pause();
        return Workload<TBlocks, TBlock>.Since(start);
    }

    private void Free(nuint size, long pairs)
    {
        RingPositions positions = _positions;
        long head = 0;
        Meet(2);
        while (head < pairs)
        {
            long tail = Volatile.Read(ref positions.Tail);
            if (head == tail)
            {
                Pause();
                continue;
            }

            while (head < tail)
            {
                nint count = (nint)long.Min(tail - head, Ring - (head & (Ring - 1)));
                ref TBlock slot = ref SlotOf(head);
                Workload<TBlocks, TBlock>.Drain(_heap, size, ref slot, ref Unsafe.Add(ref slot, count));
                head += count;
            }

            Volatile.Write(ref positions.Head, head);
        }
    }

    private ref TBlock SlotOf(long position) => ref _ring[_ringStart + (int)(position & (Ring - 1))];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pause()
    {
        if (X86Base.IsSupported) X86Base.Pause();
        else Thread.SpinWait(1);
    }
}
