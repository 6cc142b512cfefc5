using System.Numerics;

namespace Nonpaged;

/// <summary>
/// Pages cut into blocks of one size class. Which of them are out, with a caller or in a magazine, is kept here, out of line: the blocks themselves are never touched.
/// </summary>
internal sealed unsafe class HeapSpan(nuint start, nuint pages, int sizeClass)
{
    private readonly ulong[] _out = new ulong[(CapacityOf(pages, sizeClass) + 63) / 64];

    // The words before it have no free block.
    private int _firstWord;

    public nuint Start { get; } = start;

    public nuint Pages { get; } = pages;

    public int SizeClass { get; } = sizeClass;

    public int BlockSize { get; } = Nonpaged.SizeClass.Size(sizeClass);

    public int Capacity { get; } = CapacityOf(pages, sizeClass);

    public int BlocksOut { get; private set; }

    /// <summary>The pool's place for its owner.</summary>
    public int Place { get; init; }

    /// <summary>Where states of its blocks are kept, the table of them; null for a span whose blocks are out only when they are in use.</summary>
    public ChunkTable? States { get; init; }

    public LinkedListNode<HeapSpan>? Node { get; set; }

    public bool IsFull => BlocksOut == Capacity;

    /// <summary>How many blocks callers have.</summary>
    public int UsedBlocks
    {
        get
        {
            if (States is null || !HeapChecks.IsOn) return BlocksOut;
            int used = 0;
            for (int i = 0; i < Capacity; i++)
            {
                if (IsUsed(Start + (nuint)i * (nuint)BlockSize)) used++;
            }

            return used;
        }
    }

    /// <summary>Takes the first free block; the span is not full.</summary>
    public nuint Take()
    {
        while (_out[_firstWord] == ulong.MaxValue) _firstWord++;
        int index = _firstWord * 64 + BitOperations.TrailingZeroCount(~_out[_firstWord]);
        _out[_firstWord] |= 1UL << (index % 64);
        BlocksOut++;
        return Start + (nuint)index * (nuint)BlockSize;
    }

    public void Return(nuint block)
    {
        int index = IndexOf(block);
        _out[index / 64] &= ~(1UL << (index % 64));
        _firstWord = int.Min(_firstWord, index / 64);
        BlocksOut--;
    }

    /// <summary>The start of the block that an address lies in, or 0 behind the last one.</summary>
    public nuint BlockOf(nuint address) => IndexOf(address) < Capacity ? Start + (nuint)IndexOf(address) * (nuint)BlockSize : 0;

    /// <summary>A caller has the block.</summary>
    public bool IsUsed(nuint block)
    {
        if (States is not null && HeapChecks.IsOn) return States.IsInUse(block);
        int index = IndexOf(block);
        return (_out[index / 64] & (1UL << (index % 64))) != 0;
    }

    private int IndexOf(nuint address) => (int)((address - Start) / (nuint)BlockSize);

    private static int CapacityOf(nuint pages, int sizeClass) => (int)((pages << Page.Shift) / (nuint)Nonpaged.SizeClass.Size(sizeClass));
}
