using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// Small blocks under a lock: those that are recorded or cleared, those of machines with little memory, and what single pages are
/// left for. Owns that lock, under which the <see cref="PageStore"/>'s is taken.
/// </summary>
/// <param name="options">Of the pool.</param>
/// <param name="life">Of the pool.</param>
/// <param name="pages">Where the pages of its spans are.</param>
/// <param name="supply">Where more come from.</param>
/// <param name="freed">Remembers what was freed; null where nothing is.</param>
internal sealed unsafe class RecordedHeap(
    NonpagedPoolOptions options, PoolLife life, PageStore pages, Supply supply, FreedBlocks? freed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nuint, (HeapSpan Span, MemoryBlock Block)> _records = [];
    private readonly GuardedBlocks? _guarded = options.Guard ? new GuardedBlocks() : null;

    // The lists of all size classes take longer to make than the rest of a pool, and many pools have no small blocks.
    private OpenSpans Spans => field ??= new OpenSpans();

    /// <summary>The blocks with a record that are in use.</summary>
    public MemoryBlock[] Blocks
    {
        get
        {
            lock (_gate) return [.. _records.Values.Select(record => record.Block)];
        }
    }

    /// <summary>Freed blocks are kept from use, and looked at.</summary>
    public bool IsGuarded => _guarded is not null;

    /// <summary>The class for a small request, with room for the guard; 0 where that makes it too long.</summary>
    public int ClassOf(MemoryRequest request)
    {
        nuint length = request.Length + (IsGuarded ? GuardedBlocks.GuardLength : 0u);
        return length > SizeClass.MaxLength ? 0 : SizeClass.Of(length, request.Alignment);
    }

    /// <summary>Takes a block of a size class: its address; or 0, with the reason.</summary>
    /// <param name="sizeClass">The class.</param>
    /// <param name="record">Is told where it is; null for a block without a record.</param>
    /// <param name="failure">Why there is none.</param>
    public nuint Take(int sizeClass, MemoryBlock? record, out AllocationFailure? failure)
    {
        failure = null;
        if (TryTake(sizeClass, record, isScarce: !supply.Grows) is not 0 and var there) return there;
        nuint wished = supply.Grows ? OpenSpans.UsualPages(sizeClass) : OpenSpans.LeastPages(sizeClass);
        failure = TakeSpan(sizeClass, wished, record, out nuint block);
        if (failure is null) return block;
        // Where there is no room for a span there may be for the pages of a block.
        if (!supply.Grows) return 0;
        block = TryTake(sizeClass, record, isScarce: true);
        if (block == 0 && TakeSpan(sizeClass, OpenSpans.LeastPages(sizeClass), record, out block) is not null) return 0;
        failure = null;
        return block;
    }

    /// <summary>Gives back the block at an address in a span of the heap.</summary>
    /// <param name="span">The span.</param>
    /// <param name="address">Any address in it.</param>
    /// <param name="length">The length that the block must have; null for any.</param>
    public BadFree TryGive(HeapSpan span, nuint address, nuint? length)
    {
        Extent? idle;
        lock (_gate)
        {
            life.ThrowIfOver();
            // Another thread may have given back the span's last block since it was found, and with that the span.
            if (span.BlocksOut == 0) return BadFree.NotAllocated;
            if (_records.TryGetValue(span.BlockOf(address), out (HeapSpan Span, MemoryBlock Block) record))
            {
                if (record.Block.Start != address) return BadFree.Middle;
                if (length is { } expected && expected != record.Block.Length) return BadFree.WrongLength;
                idle = Remove(record.Span, record.Block);
            }
            else
            {
                // Where all blocks are recorded, one without a record was freed and is kept from use.
                if (options.Verify) return BadFree.NotAllocated;
                if (span.WhyNot(address, length) is not BadFree.None and var bad) return bad;
                idle = Return(span, address);
            }
        }

        supply.OnIdle(idle);
        return BadFree.None;
    }

    /// <summary>
    /// Gives back a block with a record, for a caller that has it. Does nothing where it was given back, or its pool is gone.
    /// </summary>
    public void Give(MemoryBlock block)
    {
        Extent? idle;
        lock (_gate)
        {
            if (block.IsFreed) return;
            idle = Remove(_records[block.Start].Span, block);
        }

        supply.OnIdle(idle);
    }

    /// <summary>The block with a record that an address in a span of the heap lies in.</summary>
    public MemoryBlock? Find(HeapSpan span, nuint address)
    {
        lock (_gate) return _records.GetValueOrDefault(span.BlockOf(address)).Block;
    }

    /// <summary>How many bytes of the block that starts at an address can be used; 0 where none in use does.</summary>
    public nuint UsableSize(HeapSpan span, nuint address)
    {
        lock (_gate)
        {
            if (IsGuarded && _records.TryGetValue(address, out (HeapSpan Span, MemoryBlock Block) guarded))
                return guarded.Block.Length;
            return span.WhyNot(address, null) == BadFree.None ? (nuint)span.BlockSize : 0;
        }
    }

    /// <summary>Gives freed blocks back that were kept from use, when memory is needed.</summary>
    public void GiveKept()
    {
        if (!IsGuarded) return;
        Extent? idle;
        lock (_gate)
        {
            life.ThrowIfOver();
            idle = ReturnKept(areAll: true);
        }

        supply.OnIdle(idle);
    }

    /// <summary>Writes to memory that was not the writer's, found since the last time.</summary>
    public MemoryCorruption[] TakeFound()
    {
        if (_guarded is null) return [];
        lock (_gate) return _guarded.TakeFound();
    }

    /// <summary>The pool is gone. The blocks with a record that were in use.</summary>
    public MemoryBlock[] Close()
    {
        lock (_gate)
        {
            MemoryBlock[] left = [.. _records.Values.Select(record => record.Block)];
            _records.Clear();
            return left;
        }
    }

    /// <summary>From the spans there are, or a new one of the pages there are. 0 where there is no memory.</summary>
    private nuint TryTake(int sizeClass, MemoryBlock? record, bool isScarce)
    {
        lock (_gate)
        {
            life.ThrowIfOver();
            nuint block = Spans.TryTake(sizeClass, out HeapSpan? span);
            nuint usual = OpenSpans.UsualPages(sizeClass);
            nuint least = isScarce ? OpenSpans.LeastPages(sizeClass) : usual;
            for (nuint length = usual; block == 0 && length >= least; length /= 2)
            {
                var more = new HeapSpan(sizeClass, length);
                if (!pages.TryTake(PageRequest.OfSpan(length), more)) continue;
                Spans.Open(more);
                block = Spans.TryTake(sizeClass, out span);
            }

            if (block != 0) Record(span!, block, record);
            return block;
        }
    }

    /// <summary>Grows by a span, without the lock, and takes a block of it.</summary>
    private AllocationFailure? TakeSpan(int sizeClass, nuint length, MemoryBlock? record, out nuint block)
    {
        block = 0;
        var more = new HeapSpan(sizeClass, length);
        if (supply.Take(PageRequest.OfSpan(length), record?.Length ?? (nuint)SizeClass.Size(sizeClass), more) is { } failure)
            return failure;
        lock (_gate)
        {
            life.ThrowIfOver();
            Spans.Open(more);
            block = Spans.TryTake(sizeClass, out HeapSpan? span);
            Record(span!, block, record);
            return null;
        }
    }

    private void Record(HeapSpan span, nuint address, MemoryBlock? record)
    {
        if (record is null) return;
        record.OnTaken(address, place: 0);
        _records.Add(address, (span, record));
        if (IsGuarded) GuardedBlocks.Arm(span, record);
    }

    private Extent? Remove(HeapSpan span, MemoryBlock block)
    {
        nuint start = block.Start;
        freed?.Add(start, block);
        block.MarkFreed();
        _records.Remove(start);
        if (_guarded is null) return Return(span, start);
        _guarded.Keep(span, start, block);
        return ReturnKept(areAll: false);
    }

    private Extent? ReturnKept(bool areAll)
    {
        Extent? idle = null;
        while (_guarded!.TakeDue(areAll, out nuint start) is { } span) idle = Return(span, start) ?? idle;
        return idle;
    }

    private Extent? Return(HeapSpan span, nuint block)
    {
        if (options.ZeroOnFree) NativeMemory.Clear((void*)block, (nuint)span.BlockSize);
        return Spans.Give(span, block) ? pages.Give(span, span.Pages) : null;
    }
}
