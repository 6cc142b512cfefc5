using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>
/// The heap's workloads on one thread. The same as in the peers' workload.h: the same order of calls, the same random numbers, the same writes. Each takes a
/// number of pairs and returns the time that they took, in nanoseconds.
/// </summary>
internal static class Workload<TBlocks, TBlock>
    where TBlocks : struct, IBlocks<TBlock>
{
    public const int Batch = 64;
    public const int Ring = 1024;

    public static double Lifo(TBlocks heap, Job job, long pairs)
    {
        nuint size = job.Size;
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i++)
        {
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, (ulong)i);
            heap.Free(block);
        }

        return Since(start);
    }

    public static double InBatches(TBlocks heap, Job job, long pairs)
    {
        nuint size = job.Size;
        TBlock[] blocks = new TBlock[Batch];
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += Batch)
        {
            for (int k = 0; k < blocks.Length; k++)
            {
                TBlock block = heap.Allocate(size);
                heap.WriteFirst(block, (ulong)i);
                blocks[k] = block;
            }

            for (int k = 0; k < blocks.Length; k++) heap.Free(blocks[k]);
        }

        return Since(start);
    }

    public static double Bulk(TBlocks heap, Job job, long pairs)
    {
        nuint size = job.Size;
        int many = job.Many;
        TBlock[] ring = new TBlock[Ring];
        for (int i = 0; i < Ring; i += many) heap.Allocate(ring.AsSpan(i, many), size);
        int at = 0;
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += many)
        {
            Span<TBlock> oldest = ring.AsSpan(at, many);
            heap.Free(oldest);
            heap.Allocate(oldest, size);
            at = (at + many) & (Ring - 1);
        }

        double time = Since(start);
        for (int i = 0; i < Ring; i += many) heap.Free(ring.AsSpan(i, many));
        return time;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Since(long start) => Stopwatch.GetElapsedTime(start).TotalNanoseconds;
}
