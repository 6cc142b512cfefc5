using System.Numerics;

namespace Nonpaged;

/// <summary>
/// Pages cut into blocks of one size class. Which of them are out, with a caller or in a magazine, is kept here, out of line: the
/// blocks themselves are never touched.
/// </summary>
/// <param name="sizeClass">The class.</param>
/// <param name="pages">How many pages; it has none before it is taken for (<see cref="IPageOwner"/>).</param>
internal sealed unsafe class HeapSpan(int sizeClass, nuint pages) : IPageOwner
{
    // An offset in a span, and a block, are less than 2^21 bytes, or that: with 42 bits of the reciprocal, rounded up, the
    // product is the quotient exactly (Granlund and Montgomery, "Division by invariant integers using multiplication", 1994).
    private const int ReciprocalShift = 42;

    private readonly ulong _reciprocal = ReciprocalOf(Nonpaged.SizeClass.Size(sizeClass));
    private readonly ulong[] _out = new ulong[(CapacityOf(pages, sizeClass) + 63) / 64];

    // The words before it have no free block.
    private int _firstWord;

    public nuint Start { get; private set; }

    public nuint Pages { get; } = pages;

    public int SizeClass { get; } = sizeClass;

    public int BlockSize { get; } = Nonpaged.SizeClass.Size(sizeClass);

    public int Capacity { get; } = CapacityOf(pages, sizeClass);

    public int BlocksOut { get; private set; }

    public int Place { get; private set; }

    /// <summary>
    /// Where states of its blocks are kept, the table of them; null for a span whose blocks are out only when they are in use.
    /// </summary>
    public ChunkTable? States { get; init; }

    public LinkedListNode<HeapSpan>? Node { get; set; }

    /// <summary>The lane of the depot that takes its blocks; null where no depot has it.</summary>
    public DepotLane? Lane { get; set; }

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

    public void OnTaken(nuint start, int place)
    {
        Start = start;
        Place = place;
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

    /// <summary>What is wrong with a free of the block at an address, if anything is.</summary>
    public BadFree WhyNot(nuint address, nuint? length)
    {
        nuint start = BlockOf(address);
        if (start == 0 || !IsUsed(start)) return BadFree.NotAllocated;
        if (start != address) return BadFree.Middle;
        return length is { } given && !Nonpaged.SizeClass.MayHold(SizeClass, given) ? BadFree.WrongLength : BadFree.None;
    }

    /// <summary>In which block an offset is, where these have the <see cref="ReciprocalOf"/>.</summary>
    public static int IndexOf(nuint offset, ulong reciprocal) => (int)(offset * reciprocal >> ReciprocalShift);

    /// <summary>Of a block's size, which is at most 2 MiB.</summary>
    public static ulong ReciprocalOf(int blockSize) => ((1UL << ReciprocalShift) + (ulong)blockSize - 1) / (ulong)blockSize;

    private int IndexOf(nuint address) => IndexOf(address - Start, _reciprocal);

    private static int CapacityOf(nuint pages, int sizeClass) =>
        (int)((pages << Page.Shift) / (nuint)Nonpaged.SizeClass.Size(sizeClass));
}
