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
        if (_many == 1) _random = ReplaceOne(_heap, _size, _blocks, pairs, _random);
        else ReplaceMany(_heap, _size, _blocks, _many, pairs, ref _random);
        return Workload<TBlocks, TBlock>.Since(start);
    }

    public void Free()
    {
        foreach (TBlock block in _blocks) _heap.Free(block, _size);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Sequence ReplaceOne(TBlocks heap, nuint size, TBlock[] blocks, long pairs, Sequence random)
    {
        ref TBlock first = ref blocks[0];
        ulong count = (ulong)blocks.Length;
        do
        {
            ref TBlock slot = ref Unsafe.Add(ref first, (nint)random.Draw(count));
            heap.Free(slot, size);
            TBlock block = heap.Allocate(size);
            heap.WriteFirst(block, 1);
            slot = block;
        }
        while (--pairs != 0);

        return random;
    }

    private static void ReplaceMany(TBlocks heap, nuint size, TBlock[] blocks, int many, long pairs, ref Sequence state)
    {
        ulong segment = (ulong)(blocks.Length / many);
        int[] slots = new int[many];
        var some = new TBlock[many];
        for (long i = 0; i < pairs; i += many)
        {
            Choose(ref blocks[0], segment, ref slots[0], ref some[0], ref Unsafe.Add(ref some[0], many), ref state);
            heap.Free(some, size);
            heap.Allocate(some, size);
            Place(heap, ref blocks[0], ref slots[0], ref some[0], ref Unsafe.Add(ref some[0], many));
        }
    }

    /// <summary>One of each segment, so that none is drawn twice.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Choose(ref TBlock blocks, ulong segment, ref int slot, ref TBlock one, ref TBlock end, ref Sequence state)
    {
        Sequence random = state;
        ulong start = 0;
        do
        {
            ulong at = start + random.Draw(segment);
            slot = (int)at;
            one = Unsafe.Add(ref blocks, (nint)at);
            start += segment;
            slot = ref Unsafe.Add(ref slot, 1);
            one = ref Unsafe.Add(ref one, 1);
        }
        while (Unsafe.IsAddressLessThan(ref one, ref end));

        state = random;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Place(TBlocks heap, ref TBlock blocks, ref int slot, ref TBlock one, ref TBlock end)
    {
        do
        {
            TBlock block = one;
            heap.WriteFirst(block, 1);
            Unsafe.Add(ref blocks, slot) = block;
            slot = ref Unsafe.Add(ref slot, 1);
            one = ref Unsafe.Add(ref one, 1);
        }
        while (Unsafe.IsAddressLessThan(ref one, ref end));
    }
}
