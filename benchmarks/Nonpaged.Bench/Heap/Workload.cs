using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Bench;

/// <summary>
/// The heap's workloads on one thread. The same as in the peers' workload.h: the same order of calls, the same random numbers,
/// the same writes. Each takes a number of pairs and returns the time that they took, in nanoseconds.
/// </summary>
internal static class Workload<TBlocks, TBlock>
    where TBlocks : struct, IBlocks<TBlock>
{
    public const int Batch = 64;
    public const int Ring = 1024;

    // As the C compiler does it by itself. Numbers of blocks are multiples of eight.
    private static bool Vectors
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.IsSupported && typeof(TBlock) == typeof(nint);
    }

    public static double Lifo(TBlocks heap, Job job, long pairs)
    {
        long start = Stopwatch.GetTimestamp();
        OneByOne(heap, job.Size, pairs);
        return Since(start);
    }

    public static double InBatches(TBlocks heap, Job job, long pairs)
    {
        var blocks = new TBlock[Batch];
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += Batch)
        {
            Fill(heap, job.Size, ref blocks[0], ref Unsafe.Add(ref blocks[0], Batch));
            Drain(heap, job.Size, ref blocks[0], ref Unsafe.Add(ref blocks[0], Batch));
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
            BulkOut(heap, job.Size, ring.AsSpan(tail, many), some);
            tail = (tail + many) & (Ring - 1);
        }

        double time = Since(start);
        for (; tail != head; tail = (tail + many) & (Ring - 1)) BulkOut(heap, job.Size, ring.AsSpan(tail, many), some);
        return time;
    }

    // Loops stand in methods of their own, over references, so that what they need stays in registers, as
    // the C compiler manages by itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneByOne(TBlocks heap, nuint size, long pairs)
    {
        do
        {
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, 1);
            heap.Free(block, size);
        }
        while (--pairs != 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill(TBlocks heap, nuint size, ref TBlock slot, ref TBlock end)
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
    public static void Drain(TBlocks heap, nuint size, ref TBlock slot, ref TBlock end)
    {
        do
        {
            heap.Free(slot, size);
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Describe(ref TBlock block, ref Descriptor<TBlock> descriptor, ref Descriptor<TBlock> end, uint length)
    {
        var rest = Vector512.Create(length | (1UL << 32));
        do
        {
            if (Vectors)
            {
                var addresses = Vector512.LoadUnsafe(ref Unsafe.As<TBlock, ulong>(ref block));
                ref ulong word = ref Unsafe.As<Descriptor<TBlock>, ulong>(ref descriptor);
                Avx512F.PermuteVar8x64x2(addresses, Vector512.Create(0UL, 8, 1, 9, 2, 10, 3, 11), rest).StoreUnsafe(ref word);
                Avx512F.PermuteVar8x64x2(addresses, Vector512.Create(4UL, 12, 5, 13, 6, 14, 7, 15), rest)
                    .StoreUnsafe(ref word, 8);
                block = ref Unsafe.Add(ref block, 8);
                descriptor = ref Unsafe.Add(ref descriptor, 8);
            }
            else
            {
                descriptor = new Descriptor<TBlock>(block, length, 1);
                block = ref Unsafe.Add(ref block, 1);
                descriptor = ref Unsafe.Add(ref descriptor, 1);
            }
        }
        while (Unsafe.IsAddressLessThan(ref descriptor, ref end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BulkOut(TBlocks heap, nuint size, Span<Descriptor<TBlock>> descriptors, TBlock[] some)
    {
        Gather(ref some[0], ref descriptors[0], ref Unsafe.Add(ref descriptors[0], some.Length));
        heap.Free(some, size);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Gather(ref TBlock block, ref Descriptor<TBlock> descriptor, ref Descriptor<TBlock> end)
    {
        do
        {
            if (Vectors)
            {
                ref ulong word = ref Unsafe.As<Descriptor<TBlock>, ulong>(ref descriptor);
                Avx512F.PermuteVar8x64x2(Vector512.LoadUnsafe(ref word), Vector512.Create(
                    0UL, 2, 4, 6, 8, 10, 12, 14), Vector512.LoadUnsafe(ref word, 8))
                    .StoreUnsafe(ref Unsafe.As<TBlock, ulong>(ref block));
                block = ref Unsafe.Add(ref block, 8);
                descriptor = ref Unsafe.Add(ref descriptor, 8);
            }
            else
            {
                block = descriptor.Block;
                block = ref Unsafe.Add(ref block, 1);
                descriptor = ref Unsafe.Add(ref descriptor, 1);
            }
        }
        while (Unsafe.IsAddressLessThan(ref descriptor, ref end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Since(long start) => Stopwatch.GetElapsedTime(start).TotalNanoseconds;
}
