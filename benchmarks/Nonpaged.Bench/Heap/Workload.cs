using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    private static bool Vectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Sse2.IsSupported && typeof(TBlock) == typeof(nint);
    }

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
            Fill(heap, job.Size, ref blocks[0], ref Unsafe.Add(ref blocks[0], Batch));
            Drain(heap, ref blocks[0], ref Unsafe.Add(ref blocks[0], Batch));
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

    // Loops stand in methods of their own, over references, so that what they need stays in registers, as the C compiler manages by itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneByOne(TBlocks heap, nuint size, long pairs)
    {
        do
        {
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, 1);
            heap.Free(block);
        }
        while (--pairs > 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(TBlocks heap, nuint size, ref TBlock slot, ref TBlock end)
    {
        do
        {
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, 1);
            slot = block;
            slot = ref Unsafe.Add(ref slot, 1);
        }
        while (Unsafe.IsAddressLessThan(ref slot, ref end));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drain(TBlocks heap, ref TBlock slot, ref TBlock end)
    {
        do
        {
            heap.Free(slot);
            slot = ref Unsafe.Add(ref slot, 1);
        }
        while (Unsafe.IsAddressLessThan(ref slot, ref end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BulkIn(TBlocks heap, nuint size, Span<Descriptor<TBlock>> descriptors, TBlock[] some)
    {
        heap.Allocate(some, size);
        Describe(ref some[0], ref descriptors[0], ref Unsafe.Add(ref descriptors[0], some.Length), (uint)size);
    }

    // Sixteen bytes at a time, as the C compiler does it by itself. A number of blocks is even.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Describe(ref TBlock block, ref Descriptor<TBlock> descriptor, ref Descriptor<TBlock> end, uint length)
    {
        Vector128<ulong> rest = Vector128.Create(length | (1UL << 32));
        do
        {
            if (Vectors)
            {
                Vector128<ulong> address = Vector128.CreateScalarUnsafe(Unsafe.As<TBlock, ulong>(ref block));
                Sse2.UnpackLow(address, rest).StoreUnsafe(ref Unsafe.As<Descriptor<TBlock>, ulong>(ref descriptor));
            }
            else
            {
                descriptor = new Descriptor<TBlock>(block, length, 1);
            }

            block = ref Unsafe.Add(ref block, 1);
            descriptor = ref Unsafe.Add(ref descriptor, 1);
        }
        while (Unsafe.IsAddressLessThan(ref descriptor, ref end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BulkOut(TBlocks heap, Span<Descriptor<TBlock>> descriptors, TBlock[] some)
    {
        Gather(ref some[0], ref descriptors[0], ref Unsafe.Add(ref descriptors[0], some.Length));
        heap.Free(some);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Gather(ref TBlock block, ref Descriptor<TBlock> descriptor, ref Descriptor<TBlock> end)
    {
        do
        {
            if (Vectors)
            {
                ref ulong two = ref Unsafe.As<Descriptor<TBlock>, ulong>(ref descriptor);
                Sse2.UnpackLow(Vector128.LoadUnsafe(ref two), Vector128.LoadUnsafe(ref two, 2)).StoreUnsafe(ref Unsafe.As<TBlock, ulong>(ref block));
            }
            else
            {
                block = descriptor.Block;
                Unsafe.Add(ref block, 1) = Unsafe.Add(ref descriptor, 1).Block;
            }

            block = ref Unsafe.Add(ref block, 2);
            descriptor = ref Unsafe.Add(ref descriptor, 2);
        }
        while (Unsafe.IsAddressLessThan(ref descriptor, ref end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Since(long start) => Stopwatch.GetElapsedTime(start).TotalNanoseconds;
}
