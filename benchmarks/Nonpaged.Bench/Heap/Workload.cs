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
        long start = Stopwatch.GetTimestamp();
        OneByOne(heap, job.Size, pairs);
        return Since(start);
    }

    public static double InBatches(TBlocks heap, Job job, long pairs)
    {
        TBlock[] blocks = new TBlock[Batch];
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += Batch)
        {
            Fill(heap, job.Size, blocks, (ulong)i);
            Drain(heap, blocks);
        }

        return Since(start);
    }

    public static double Bulk(TBlocks heap, Job job, long pairs)
    {
        int many = job.Many;
        var ring = new Descriptor<TBlock>[Ring];
        var some = new TBlock[many];
        int head = Ring - many, tail = 0;
        for (int at = 0; at < head; at += many) BulkIn(heap, job.Size, ring.AsSpan(at, many), some);
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += many)
        {
            BulkIn(heap, job.Size, ring.AsSpan(head, many), some);
            head = (head + many) & (Ring - 1);
            BulkOut(heap, ring.AsSpan(tail, many), some);
            tail = (tail + many) & (Ring - 1);
        }

        double time = Since(start);
        for (; tail != head; tail = (tail + many) & (Ring - 1)) BulkOut(heap, ring.AsSpan(tail, many), some);
        return time;
    }

    // Loops stand in methods of their own, which keep in registers what they need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneByOne(TBlocks heap, nuint size, long pairs)
    {
        for (long i = 0; i < pairs; i++)
        {
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, (ulong)i);
            heap.Free(block);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(TBlocks heap, nuint size, Span<TBlock> blocks, ulong value)
    {
        foreach (ref TBlock slot in blocks)
        {
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, value);
            slot = block;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drain(TBlocks heap, ReadOnlySpan<TBlock> blocks)
    {
        foreach (TBlock block in blocks) heap.Free(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BulkIn(TBlocks heap, nuint size, Span<Descriptor<TBlock>> descriptors, TBlock[] some)
    {
        heap.Allocate(some, size);
        for (int k = 0; k < descriptors.Length; k++) descriptors[k] = new Descriptor<TBlock>(some[k], (uint)size, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BulkOut(TBlocks heap, ReadOnlySpan<Descriptor<TBlock>> descriptors, TBlock[] some)
    {
        for (int k = 0; k < descriptors.Length; k++) some[k] = descriptors[k].Block;
        heap.Free(some);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Since(long start) => Stopwatch.GetElapsedTime(start).TotalNanoseconds;
}
