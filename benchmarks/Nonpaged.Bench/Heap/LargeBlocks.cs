using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>
/// Some blocks allocated, their first 8 bytes written, and freed in the same order, as the peers' rows.h has "large" and "dma".
/// Returns the time that so many pairs took, in nanoseconds.
/// </summary>
internal static class LargeBlocks<TBlocks, TBlock>
    where TBlocks : struct, IBlocks<TBlock>
{
    public static double Run(TBlocks heap, Job job, long pairs)
    {
        var blocks = new TBlock[job.Many];
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += job.Many)
        {
            ref TBlock end = ref Unsafe.Add(ref blocks[0], job.Many);
            Workload<TBlocks, TBlock>.Fill(heap, job.Size, ref blocks[0], ref end);
            Workload<TBlocks, TBlock>.Drain(heap, job.Size, ref blocks[0], ref end);
        }

        return Workload<TBlocks, TBlock>.Since(start);
    }

    /// <summary>The same with memory that is zeroed, by the allocator's own call for that.</summary>
    public static double RunZeroed(TBlocks heap, IZeroedBlocks<TBlock> zeroed, Job job, long pairs)
    {
        var blocks = new TBlock[job.Many];
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < pairs; i += job.Many)
        {
            foreach (ref TBlock block in blocks.AsSpan())
            {
                block = zeroed.AllocateZeroed(job.Size);
                heap.WriteFirst(block, 1);
            }

            Workload<TBlocks, TBlock>.Drain(heap, job.Size, ref blocks[0], ref Unsafe.Add(ref blocks[0], job.Many));
        }

        return Workload<TBlocks, TBlock>.Since(start);
    }
}
