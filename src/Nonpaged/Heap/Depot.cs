using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// The blocks of one size class that no thread has: full magazines, which threads exchange as a whole, and spans. What is more
/// than a few magazines goes back to the spans, and a span whose blocks are all back goes back to the pages; one is kept until
/// the depot is trimmed, for a class whose last block is freed and allocated again and again.
/// </summary>
/// <remarks>
/// States of neighbouring blocks share cache lines. Two threads whose blocks lay between each other's would write to the same
/// lines with each call, so each processor has a lane: what was freed on it, and the spans that were taken for it, are used there
/// first.
/// </remarks>
internal sealed unsafe class Depot(int sizeClass, HeapSpans spans)
{
    private const int LargestCapacity = 128;
    private const int SmallestCapacity = 64;
    private const int BytesForLargest = 272 << 10;
    private const int BytesKept = 256 << 10;
    private const int SpansLeft = 4;
    private const int BytesOfLarge = 1 << 20;
    private const int LargeKept = 64;
    private const int MostChunks = 16;

    private readonly Lock _gate = new();
    private readonly DepotLane[] _lanes = [.. Enumerable.Range(0, DepotLane.Count).Select(_ => new DepotLane())];
    private readonly Stack<nint> _empty = [];
    private readonly int _blockSize = SizeClass.Size(sizeClass);
    private readonly bool _isLarge = SizeClass.IsLarge(sizeClass);
    private long _largeKept;
    private readonly nuint _spanPages = SpanPages(SizeClass.Size(sizeClass));
    private int _fullCount;

    // Of all spans. Many programs have a few blocks of many sizes: the first span is as short as one can be, and the next ones
    // are as long as all before them, up to the length that wastes little.
    private nuint _pages;

    // All of its blocks are free.
    private HeapSpan? _kept;

    /// <summary>
    /// How many blocks a magazine of this class holds: two of them hold a burst of 64, and those of small blocks a bulk of 128.
    /// Of large blocks it is a MiB, for a thread has two.
    /// </summary>
    private readonly int _capacity = CapacityOf(sizeClass);

    private DepotLane Lane => _lanes[DepotLane.Current];

    private int FirstRefill => int.Clamp(Page.Size / _blockSize, 1, 32);

    /// <summary>With a thread's magazines enough for a burst of 64 large blocks.</summary>
    private int MostFull => _isLarge ? LargeKept / _capacity : int.Clamp(BytesKept / (_blockSize * _capacity), 2, 64);

    /// <summary>
    /// Others keep so many large blocks that this one may not keep its own, as was found since the last time.
    /// </summary>
    public bool IsCrowdedOut { get; private set; }

    /// <summary>
    /// Fills a thread's magazine, which is empty as its spare one is: with a full one, or from the spans. False, with the
    /// reason, where there are no blocks.
    /// </summary>
    public bool Load(Magazine* magazine, int wanted, out AllocationFailure? failure)
    {
        failure = null;
        using (HeapHook.Enter(_gate))
        {
            Prepare(magazine);
            DepotLane lane = Lane;
            if (TakeFull(magazine, lane) || (_fullCount >= MostFull && TakeFull(magazine))) return true;
            if (Fill(magazine, wanted, lane) || TakeFull(magazine)) return true;
            // The first few blocks of a thread are no reason for a span of their own.
            if (magazine->Refill == FirstRefill && FillFromOther(magazine, wanted)) return true;
            if (TakeOver(lane, _isLarge ? 0 : SpansLeft) && Fill(magazine, wanted, lane)) return true;
        }

        // Without the lock, for other threads' frees must not wait for the kernel.
        HeapSpan? span = spans.Take(sizeClass, NextSpanPages(wanted), out failure);
        using (HeapHook.Enter(_gate))
        {
            DepotLane lane = Lane;
            // Before those that came open meanwhile: a span whose blocks never go out would never come back.
            if (span is not null)
            {
                lane.Open(span);
                _pages += span.Pages;
            }
            else if (!TakeOver(lane, 0)) return false;
            failure = null;
            return Fill(magazine, wanted, lane);
        }
    }

    /// <summary>Makes room for a block in a thread's magazine, which is full as its spare one is, or was never used.</summary>
    public void Unload(Magazine* magazine)
    {
        List<HeapSpan>? empty = null;
        bool isFirst = false;
        using (HeapHook.Enter(_gate))
        {
            if (magazine->Floor != null)
            {
                isFirst = KeepOrReturn((nint)magazine->SpareFloor, magazine->SpareCount, ref empty);
                magazine->SpareFloor = (nuint*)TakeEmpty();
                magazine->SpareTop = magazine->SpareFloor;
                magazine->Swap();
            }

            Prepare(magazine);
        }

        // Another processor may just have taken blocks out of there. Written all at once, its lines come at the same time; with
        // each free one of them would be waited for.
        NativeMemory.Clear(magazine->Floor, magazine->Room);
        Give(empty);
        if (isFirst) spans.OnBlocksKept();
    }

    /// <summary>
    /// Takes all blocks out of a magazine whose thread has ended or trims: full ones are kept for other threads, where that is
    /// wished. Whether there was any.
    /// </summary>
    public bool Flush(Magazine* magazine, bool keep)
    {
        if (magazine->Floor == null) return false;
        bool any = magazine->Count + magazine->SpareCount > 0;
        List<HeapSpan>? empty = null;
        bool isFirst = false;
        using (HeapHook.Enter(_gate))
        {
            foreach ((nint floor, int count) in (ReadOnlySpan<(nint, int)>)[((nint)magazine->Floor, magazine->Count),
                ((nint)magazine->SpareFloor, magazine->SpareCount)])
            {
                if (keep && count == _capacity)
                {
                    isFirst |= KeepOrReturn(floor, count, ref empty);
                    continue;
                }

                isFirst |= Return(floor, count, ref empty);
                _empty.Push(floor);
            }

            *magazine = default;
        }

        Give(empty);
        if (isFirst) spans.OnBlocksKept();
        return any;
    }

    /// <summary>Gives what is kept for the next allocations back to the spans. Whether there was any.</summary>
    public bool Trim()
    {
        List<HeapSpan>? empty = null;
        bool any;
        using (HeapHook.Enter(_gate))
        {
            any = _fullCount > 0 || _kept is not null;
            foreach (DepotLane lane in _lanes)
            {
                while (TryTakeFull(lane, out (nint Floor, int Count) full))
                {
                    Return(full.Floor, full.Count, ref empty);
                    _empty.Push(full.Floor);
                }
            }

            LeaveKept(ref empty);
            while (_empty.TryPop(out nint floor)) NativeMemory.AlignedFree((void*)floor);
        }

        Give(empty);
        return any;
    }

    /// <summary>Frees the magazines, when the pool's memory goes as a whole.</summary>
    public void Dispose()
    {
        using (HeapHook.Enter(_gate))
        {
            foreach ((nint floor, _) in _lanes.SelectMany(lane => lane.Full)) NativeMemory.AlignedFree((void*)floor);
            foreach (nint floor in _empty) NativeMemory.AlignedFree((void*)floor);
            foreach (DepotLane lane in _lanes) lane.Full.Clear();
            _fullCount = 0;
            _empty.Clear();
        }
    }

    /// <summary>
    /// Whole chunks: as few as leave 1.2 % unused behind the last block, or of up to a MiB those that leave the least; and for 64
    /// blocks, where four are enough, because where a span ends a bulk is no row of neighbours.
    /// </summary>
    private static nuint SpanPages(int blockSize)
    {
        const double enough = 0.012;
        const int bulk = 64;
        if ((nuint)blockSize > MostChunks * Chunk.Length) return Page.Count((nuint)blockSize);
        nuint least = nuint.Clamp(((nuint)blockSize * bulk + Chunk.Length - 1) >> Chunk.Shift, 1, 4);
        (nuint Chunks, double Waste) best = (least, 2);
        for (nuint chunks = least; chunks <= MostChunks && best.Waste > enough; chunks++)
        {
            double waste = (double)(chunks * Chunk.Length % (nuint)blockSize) / (chunks * Chunk.Length);
            if (waste < best.Waste && (nuint)blockSize <= chunks * Chunk.Length) best = (chunks, waste);
        }

        return best.Chunks << (Chunk.Shift - Page.Shift);
    }

    /// <summary>Without the lock: where two threads come at once, both have the shorter one.</summary>
    private nuint NextSpanPages(int wanted)
    {
        nuint needed = nuint.Max((nuint)wanted * (nuint)_blockSize, Volatile.Read(ref _pages) << Page.Shift);
        nuint shortest = Page.Count(Page.RoundUp((nuint)_blockSize, Chunk.Length));
        return nuint.Max(nuint.Min(Page.Count(Page.RoundUp(needed, Chunk.Length)), _spanPages), shortest);
    }

    private void Prepare(Magazine* magazine)
    {
        if (magazine->Floor != null) return;
        nint floor = TakeEmpty();
        nint spare = TakeEmpty();
        Install(magazine, floor, 0);
        magazine->SpareFloor = (nuint*)spare;
        magazine->SpareTop = magazine->SpareFloor;
        magazine->Refill = FirstRefill;
    }

    private void Install(Magazine* magazine, nint floor, int count)
    {
        magazine->Floor = (nuint*)floor;
        magazine->Top = magazine->Floor + count * Magazine.Slot;
        magazine->Ceiling = magazine->Floor + _capacity * Magazine.Slot;
    }

    private nint TakeEmpty() => _empty.TryPop(out nint floor) ? floor
        : (nint)NativeMemory.AlignedAlloc((nuint)(_capacity * Magazine.Slot * sizeof(nuint)), 64);

    private bool TakeFull(Magazine* magazine)
    {
        foreach (DepotLane lane in _lanes)
        {
            if (TakeFull(magazine, lane)) return true;
        }

        return false;
    }

    /// <summary>Exchanges an empty magazine for a full one.</summary>
    private bool TakeFull(Magazine* magazine, DepotLane lane)
    {
        if (!TryTakeFull(lane, out (nint Floor, int Count) full)) return false;
        _empty.Push((nint)magazine->Floor);
        Install(magazine, full.Floor, full.Count);
        return true;
    }

    /// <summary>Takes blocks from the spans, more with each time that the thread comes. The last one lies on top.</summary>
    private bool Fill(Magazine* magazine, int wanted, DepotLane lane)
    {
        nuint* end = magazine->Floor + int.Min(int.Max(magazine->Refill, wanted), _capacity) * Magazine.Slot;
        for (; magazine->Top < end && lane.First is { } span; magazine->Top += Magazine.Slot)
        {
            nuint block = span.Take();
            magazine->Top[0] = block;
            if (HeapChecks.IsOn) magazine->Top[1] = (nuint)spans.Table.StateOf(block);
            if (span.IsFull) lane.Close(span);
        }

        if (magazine->Top == magazine->Floor) return false;
        magazine->Refill = int.Min(magazine->Refill * 2, _capacity);
        return true;
    }

    private bool FillFromOther(Magazine* magazine, int wanted)
    {
        foreach (DepotLane other in _lanes)
        {
            if (Fill(magazine, wanted, other)) return true;
        }

        return false;
    }

    /// <summary>Moves an open span to a lane, from another one that has more than so many.</summary>
    private bool TakeOver(DepotLane lane, int left)
    {
        foreach (DepotLane other in _lanes)
        {
            if (other.OpenCount <= left || other == lane) continue;
            HeapSpan span = other.First!;
            other.Close(span);
            lane.Open(span);
            return true;
        }

        return false;
    }

    private static int CapacityOf(int sizeClass)
    {
        int size = SizeClass.Size(sizeClass);
        if (SizeClass.IsLarge(sizeClass)) return int.Max(BytesOfLarge / size, 1);
        return size * LargestCapacity <= BytesForLargest ? LargestCapacity : SmallestCapacity;
    }

    private bool TryKeepLarge(long bytes)
    {
        bool isKept = spans.TryKeepLarge(bytes);
        if (isKept) _largeKept += bytes;
        IsCrowdedOut = !isKept && spans.LargeKept > _largeKept;
        return isKept;
    }

    private bool TryTakeFull(DepotLane lane, out (nint Floor, int Count) full)
    {
        if (!lane.Full.TryPop(out full)) return false;
        _fullCount--;
        if (!_isLarge) return true;
        long bytes = (long)full.Count * _blockSize;
        _largeKept -= bytes;
        spans.OnLargeLeft(bytes);
        return true;
    }

    /// <summary>
    /// Keeps a magazine for other threads, or where enough are kept gives its blocks back to the spans. Whether this is the first
    /// that the depot keeps.
    /// </summary>
    private bool KeepOrReturn(nint floor, int count, ref List<HeapSpan>? empty)
    {
        if (_fullCount < MostFull && (!_isLarge || TryKeepLarge((long)count * _blockSize)))
        {
            Lane.Full.Push((floor, count));
            return ++_fullCount == 1;
        }

        bool isFirst = Return(floor, count, ref empty);
        _empty.Push(floor);
        return isFirst;
    }

    /// <summary>Gives blocks back to their spans. Whether one of those is kept, where none was.</summary>
    private bool Return(nint floor, int count, ref List<HeapSpan>? empty)
    {
        bool isFirst = false;
        for (nuint* slot = (nuint*)floor, end = slot + count * Magazine.Slot; slot < end; slot += Magazine.Slot)
        {
            HeapSpan span = spans.Table.SpanOf(*slot);
            // Those with few free blocks are taken from first, so that the others can become empty.
            if (span.IsFull) span.Lane!.Open(span);
            span.Return(*slot);
            if (span.BlocksOut > 0) continue;
            if (_isLarge || _kept is { BlocksOut: 0 } && _kept != span)
            {
                Leave(span, ref empty);
                continue;
            }

            _kept = span;
            isFirst = true;
        }

        return isFirst;
    }

    private void LeaveKept(ref List<HeapSpan>? empty)
    {
        if (_kept is not { } span) return;
        _kept = null;
        if (span.BlocksOut == 0) Leave(span, ref empty);
    }

    private void Leave(HeapSpan span, ref List<HeapSpan>? empty)
    {
        span.Lane!.Close(span);
        _pages -= span.Pages;
        (empty ??= []).Add(span);
    }

    private void Give(List<HeapSpan>? empty)
    {
        if (empty is null) return;
        foreach (HeapSpan span in empty) spans.Give(span);
    }
}
