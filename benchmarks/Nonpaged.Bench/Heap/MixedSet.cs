namespace Nonpaged.Bench;

/// <summary>
/// Many live blocks of the network mix, every page of them written, and what the allocator holds for
/// them. As in the peers' workload.h.
/// </summary>
internal sealed class MixedSet<TBlocks, TBlock>
    where TBlocks : struct, IBlocks<TBlock>
    where TBlock : notnull
{
    private const nuint Page = 4096;

    private readonly TBlocks _heap;
    private readonly TBlock[] _blocks;
    private readonly ushort[] _sizes;
    private readonly ulong _before;
    private Sequence _random = new(1);

    public MixedSet(TBlocks heap, int count)
    {
        _heap = heap;
        // Resident before the count of what the allocator holds begins.
        _blocks = GC.AllocateUninitializedArray<TBlock>(count);
        _sizes = GC.AllocateUninitializedArray<ushort>(count);
        Array.Fill(_sizes, (ushort)1);
        Array.Clear(_blocks);
        _before = heap.Memory().Held;
        for (int i = 0; i < count; i++) Replace((ulong)i);
    }

    public void Churn()
    {
        ulong count = (ulong)_blocks.Length;
        for (ulong i = 0; i < 5 * count; i++)
        {
            ulong slot = _random.Draw(count);
            _heap.Free(_blocks[slot], _sizes[slot]);
            Replace(slot);
        }
    }

    /// <summary>So many of ten, drawn at random.</summary>
    public void Free(uint ofTen)
    {
        for (int i = 0; i < _blocks.Length; i++)
        {
            if (_sizes[i] == 0 || _random.Draw(10) >= ofTen) continue;
            _heap.Free(_blocks[i], _sizes[i]);
            _sizes[i] = 0;
        }
    }

    /// <summary>Held for each byte of payload, and the part of that which the allocator has free in whole pages.</summary>
    public (double Held, double Free) Ratio()
    {
        double payload = _sizes.Sum(size => (double)size);
        (ulong held, ulong free) = _heap.Memory();
        return ((held - _before) / payload, free / payload);
    }

    private void Replace(ulong slot)
    {
        ushort size = NetworkMix.Lengths[_random.Draw(NetworkMix.Count)];
        TBlock block = _heap.Allocate(size);
        for (nuint at = 0; at < size; at += Page) _heap.Write(block, at, 1);
        _heap.Write(block, (nuint)size - 1, 1);
        _sizes[slot] = size;
        _blocks[slot] = block;
    }
}
