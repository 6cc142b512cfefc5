using System.Numerics;

namespace Nonpaged;

/// <summary>Pages cut into blocks of one size. What is in use is kept here, out of line: the blocks themselves are never touched.</summary>
internal sealed class HeapSpan(nuint start, nuint pages, int sizeClass)
{
    private readonly ulong[] _used = new ulong[((int)((pages << Page.Shift) / (nuint)SizeClassOf(sizeClass)) + 63) / 64];

    public nuint Start { get; } = start;

    public nuint Pages { get; } = pages;

    public int SizeClass { get; } = sizeClass;

    public int BlockSize { get; } = SizeClassOf(sizeClass);

    public int Capacity { get; } = (int)((pages << Page.Shift) / (nuint)SizeClassOf(sizeClass));

    public int UsedBlocks { get; private set; }

    public int Place { get; init; }

    public LinkedListNode<HeapSpan>? Node { get; set; }

    public bool IsFull => UsedBlocks == Capacity;

    /// <summary>Takes the first free block; the span is not full.</summary>
    public nuint Take()
    {
        int word = 0;
        while (_used[word] == ulong.MaxValue) word++;
        int index = word * 64 + BitOperations.TrailingZeroCount(~_used[word]);
        _used[word] |= 1UL << (index % 64);
        UsedBlocks++;
        return Start + (nuint)index * (nuint)BlockSize;
    }

    public void Return(nuint block)
    {
        int index = IndexOf(block);
        _used[index / 64] &= ~(1UL << (index % 64));
        UsedBlocks--;
    }

    /// <summary>The start of the block that an address lies in, or 0 behind the last one.</summary>
    public nuint BlockOf(nuint address) => IndexOf(address) < Capacity ? Start + (nuint)IndexOf(address) * (nuint)BlockSize : 0;

    public bool IsUsed(nuint block)
    {
        int index = IndexOf(block);
        return (_used[index / 64] & (1UL << (index % 64))) != 0;
    }

    /// <summary>A block of this length, at some alignment, is of this size class.</summary>
    public bool MayHold(nuint length)
    {
        if (length == 0 || length > (nuint)BlockSize) return false;
        for (nuint alignment = Nonpaged.SizeClass.Granule; alignment <= Page.Size; alignment *= 2)
        {
            if (Page.RoundUp(length, alignment) <= (nuint)BlockSize && Nonpaged.SizeClass.Of(length, alignment) == SizeClass) return true;
        }

        return false;
    }

    private int IndexOf(nuint address) => (int)((address - Start) / (nuint)BlockSize);

    private static int SizeClassOf(int sizeClass) => Nonpaged.SizeClass.Size(sizeClass);
}
