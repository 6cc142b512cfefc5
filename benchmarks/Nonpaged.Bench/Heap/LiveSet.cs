using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Nonpaged.Bench;

/// <summary>Many live blocks of one size, some of them replaced. Kept from one measurement to the next.</summary>
internal sealed class LiveSet<TBlocks, TBlock>
    where TBlocks : struct, IBlocks<TBlock>
{
    private readonly TBlocks _heap;
    private readonly nuint _size;
    private readonly int _many;
    private readonly TBlock[] _blocks;
    private Sequence _random = new(1);

    public LiveSet(TBlocks heap, Job job)
    {
        _heap = heap;
        _size = job.Size;
        _many = job.Many;
        _blocks = new TBlock[job.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            TBlock block = heap.Allocate(job.Size);
            heap.WriteFirst(block, 1);
            _blocks[i] = block;
        }

        // A set that has lived for a while: as many replaced as there are, so that neighbours in the table are none in memory.
        Replace(job.Count - job.Count % _many + _many);
    }

    /// <summary>The time that so many pairs took, in nanoseconds.</summary>
    public double Replace(long pairs)
    {
        long start = Stopwatch.GetTimestamp();
        if (_many == 1) ReplaceOne(_heap, _size, _blocks, pairs, ref _random);
        else ReplaceMany(_heap, _size, _blocks, _many, pairs, ref _random);
        return Workload<TBlocks, TBlock>.Since(start);
    }

    public void Free()
    {
        foreach (TBlock block in _blocks) _heap.Free(block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReplaceOne(TBlocks heap, nuint size, TBlock[] blocks, long pairs, ref Sequence state)
    {
        Sequence random = state;
        ref TBlock first = ref blocks[0];
        ulong count = (ulong)blocks.Length;
        do
        {
            ref TBlock slot = ref Unsafe.Add(ref first, (nint)random.Draw(count));
            heap.Free(slot);
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, 1);
            slot = block;
        }
        while (--pairs > 0);

        state = random;
    }

    /// <summary>One of each segment, so that none is drawn twice.</summary>
    private static void ReplaceMany(TBlocks heap, nuint size, TBlock[] blocks, int many, long pairs, ref Sequence state)
    {
        Sequence random = state;
        ulong segment = (ulong)(blocks.Length / many);
        var slots = new ulong[many];
        var some = new TBlock[many];
        for (long i = 0; i < pairs; i += many)
        {
            for (int k = 0; k < slots.Length; k++)
            {
                ulong slot = (ulong)k * segment + random.Draw(segment);
                slots[k] = slot;
                some[k] = blocks[slot];
            }

            heap.Free(some);
            heap.Allocate(some, size);
            for (int k = 0; k < slots.Length; k++)
            {
                TBlock block = some[k];
                heap.WriteFirst(block, 1);
                blocks[slots[k]] = block;
            }
        }

        state = random;
    }
}
