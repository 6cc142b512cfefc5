using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>
/// One thread only allocates, and writes; another one only frees, and has never allocated: it is new with each measurement. As
/// in the peers' rows.h.
/// </summary>
internal sealed class Handover<TBlocks, TBlock>(TBlocks heap, nuint size)
    where TBlocks : struct, IBlocks<TBlock>
{
    public const int Queue = 4096;
    public const int Portion = 256;

    private readonly TBlock[] _queue = new TBlock[Queue];
    private readonly RingPositions _positions = new();
    private int _arrived;

    /// <summary>The time that so many pairs took, in nanoseconds. A multiple of <see cref="Portion"/>.</summary>
    public double Run(long pairs)
    {
        _positions.Head = 0;
        _positions.Tail = 0;
        _arrived = 0;
        var consumer = new Thread(() =>
        {
            try
            {
                Processor.Pin(1);
                Free(pairs);
            }
            catch (Exception exception)
            {
                // The first thread waits for this one, so the process has to end.
                Environment.FailFast(exception.Message, exception);
            }
        });
        consumer.Start();
        double time = Allocate(pairs);
        consumer.Join();
        return time;
    }

    private double Allocate(long pairs)
    {
        RingPositions positions = _positions;
        Meet();
        long start = Stopwatch.GetTimestamp();
        for (long tail = 0; tail < pairs; tail += Portion)
        {
            while (tail + Portion > Volatile.Read(ref positions.Head) + Queue) Thread.SpinWait(1);
            ref TBlock slot = ref SlotOf(tail);
            Workload<TBlocks, TBlock>.Fill(heap, size, ref slot, ref Unsafe.Add(ref slot, Portion));
            Volatile.Write(ref positions.Tail, tail + Portion);
        }

        while (Volatile.Read(ref positions.Head) < pairs) Thread.SpinWait(1);
        return Workload<TBlocks, TBlock>.Since(start);
    }

    private void Free(long pairs)
    {
        RingPositions positions = _positions;
        Meet();
        for (long head = 0; head < pairs; head += Portion)
        {
            while (Volatile.Read(ref positions.Tail) < head + Portion) Thread.SpinWait(1);
            ref TBlock slot = ref SlotOf(head);
            Workload<TBlocks, TBlock>.Drain(heap, size, ref slot, ref Unsafe.Add(ref slot, Portion));
            Volatile.Write(ref positions.Head, head + Portion);
        }
    }

    private void Meet()
    {
        Interlocked.Increment(ref _arrived);
        while (Volatile.Read(ref _arrived) < 2) Thread.SpinWait(1);
    }

    // The queue's length is a multiple of a portion's, which so never goes round its end.
    private ref TBlock SlotOf(long position) => ref _queue[position & (Queue - 1)];
}
