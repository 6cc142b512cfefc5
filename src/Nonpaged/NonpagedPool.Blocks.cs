using Nonpaged.Interop;

namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>The blocks in use, in no order: whole pages, and under <see cref="NonpagedPoolOptions.Verify"/> the small ones too.</summary>
    public IReadOnlyList<MemoryBlock> Blocks
    {
        get
        {
            lock (_gate) return [.. _owners.OfType<MemoryBlock>(), .. _heapBlocks.Values];
        }
    }

    /// <summary>
    /// The block in use that an address lies in, its end included up to the next page or the next small block; null for any other address, and for small blocks where the
    /// pool does not verify.
    /// </summary>
    public MemoryBlock? Find(void* address)
    {
        lock (_gate) return FindBlock((nuint)address);
    }

    /// <summary>The block that was freed last at an address where none is in use; remembered for the latest frees, under <see cref="NonpagedPoolOptions.Verify"/>.</summary>
    public MemoryBlock? FindFreed(void* address)
    {
        lock (_gate) return FindBlock((nuint)address) is null ? _freed?.Find((nuint)address) : null;
    }

    /// <summary>The address is in the pool's memory, in use or not.</summary>
    public bool Contains(void* address)
    {
        PageEntry* entry = _map.Find((nuint)address);
        return entry != null && entry->Extent != 0;
    }

    /// <summary>What backs a range of a block: its physical ranges in the order of its addresses.</summary>
    /// <exception cref="ArgumentException">The range is not wholly within memory in use.</exception>
    public IReadOnlyList<PhysicalRange> GetPhysicalRanges(void* address, nuint length)
    {
        lock (_gate) return RangesOf((nuint)address, length);
    }

    internal ObtainedMemory Describe(MemoryBlock block)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(block.IsFreed || _isDisposed, block);
            Extent extent = _pages.ExtentOf(block.Start);
            List<PhysicalRange> ranges = RangesOf(block.Start, block.Length);
            return new ObtainedMemory
            {
                Rung = extent.Rung,
                Resident = true,
                Pinned = extent.IsPinned,
                Contiguous = ranges.Count == 1,
                Caching = Caching.Coherent,
                Coherent = true,
                PhysicalRanges = ranges,
                Evidence = extent.Evidence,
            };
        }
    }

    internal void Free(MemoryBlock block)
    {
        lock (_gate)
        {
            if (block.IsFreed || _isDisposed) return;
            nuint start = block.Start;
            if (block.Place != 0)
            {
                if (block.Request.Protectable)
                    LibC.ProtectMemory((void*)start, Page.RoundUp(block.Length, Page.Size), LibC.PROT_READ | LibC.PROT_WRITE);
                FreePages(start, Page.Count(block.Length));
                _owners.Remove(block.Place);
            }
            else
            {
                _heapBlocks.Remove(start);
                PageEntry* entry = _map.Find(start);
                if (_owners.TryGet(entry->Owner, out HeapSpan? span)) _heap.Free(span, start);
            }

            _freed?.Add(start, block);
            block.MarkFreed();
        }
    }

    private MemoryBlock? AllocateSmall(MemoryRequest request, out AllocationFailure? failure)
    {
        int sizeClass = request.Alignment <= SizeClass.Granule ? SizeClass.Of(request.Length) : SizeClass.Of(request.Length, request.Alignment);
        nuint address = _heap.Allocate(sizeClass, out failure);
        if (address == 0) return null;
        var block = new MemoryBlock(this, request, address);
        _heapBlocks.Add(address, block);
        return block;
    }

    private MemoryBlock? AllocateRun(MemoryRequest request, out AllocationFailure? failure)
    {
        int place = _owners.Add(this);
        nuint address = AllocatePages(RequestCheck.ToPages(request), place, out failure);
        if (address == 0)
        {
            _owners.Remove(place);
            return null;
        }

        var block = new MemoryBlock(this, request, address) { Place = place };
        _owners.Replace(place, block);
        return block;
    }

    private MemoryBlock? FindBlock(nuint address)
    {
        PageEntry* entry = _map.Find(address);
        if (entry == null || entry->Owner <= 0) return null;
        if (_owners.TryGet(entry->Owner, out MemoryBlock? run)) return run;
        return _owners.TryGet(entry->Owner, out HeapSpan? span) ? _heapBlocks.GetValueOrDefault(span.BlockOf(address)) : null;
    }

    private List<PhysicalRange> RangesOf(nuint address, nuint length)
    {
        var ranges = new List<PhysicalRange>();
        nuint end = checked(address + length);
        nuint from = address;
        for (nuint page = address & ~(nuint)(Page.Size - 1); page < end; page += Page.Size)
        {
            PageEntry* entry = _map.Find(page);
            if (entry == null || entry->Owner <= 0)
                throw new ArgumentException($"0x{page:x} is not in use in the pool \"{Options.Name}\".", nameof(address));
            if (page + Page.Size < end && _pages.FollowsPhysically(page)) continue;
            nuint next = nuint.Min(page + Page.Size, end);
            PhysicalAddress? start = _map.TryTranslate(from, out ulong physical) ? new PhysicalAddress(physical) : null;
            ranges.Add(new PhysicalRange(start, next - from));
            from = next;
        }

        return ranges;
    }
}
