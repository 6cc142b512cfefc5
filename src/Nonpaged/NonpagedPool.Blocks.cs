using System.Runtime.InteropServices;
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

    /// <summary>The address is of memory in use that the kernel may move.</summary>
    internal bool IsUnpinned(void* address)
    {
        lock (_gate)
        {
            PageEntry* entry = _map.Find((nuint)address);
            return entry != null && entry->Owner > 0 && !_pages.ExtentOf((nuint)address).IsPinned;
        }
    }

    /// <summary>What backs a range of a block: its physical ranges in the order of its addresses.</summary>
    /// <exception cref="ArgumentException">The range is not wholly within memory in use.</exception>
    public IReadOnlyList<PhysicalRange> GetPhysicalRanges(void* address, nuint length)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return RangesOf((nuint)address, length);
        }
    }

    internal ObtainedMemory Describe(MemoryBlock block)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            ObjectDisposedException.ThrowIf(block.IsFreed, block);
            Extent extent = _pages.ExtentOf(block.Start);
            List<PhysicalRange> ranges = RangesOf(block.Start, block.Length);
            return new ObtainedMemory
            {
                Rung = extent.Rung,
                Resident = true,
                Pin = extent.HasLostPin ? PinKind.None : extent.PinKind,
                Contiguous = ranges.Count == 1,
                Caching = extent.Caching,
                Coherent = extent.Caching != Caching.WriteCombined,
                Node = extent.Node,
                PhysicalRanges = ranges,
                Evidence = extent.HasLostPin ? $"the pin was lost: {extent.Evidence}" : extent.LookBehind is { } look ? $"{extent.Evidence}; {look.Value}" : extent.Evidence,
            };
        }
    }

    internal void Free(MemoryBlock block)
    {
        bool isLeft;
        if (Options.Verify && !_isDisposed) CheckPins();
        lock (_gate) isLeft = Remove(block);
        if (isLeft) FreeRun(block.Request, block.Place, block.LastStart);
        ReleaseLeaving();
        TellCorruptions();
    }

    /// <summary>Takes a block out of use. Whether its pages are still to be given back, which takes longer than the lock should be held.</summary>
    private bool Remove(MemoryBlock block)
    {
        if (block.IsFreed || _isDisposed) return false;
        nuint start = block.Start;
        _freed?.Add(start, block);
        block.MarkFreed();
        if (block.Place == 0)
        {
            _heapBlocks.Remove(start);
            FreeRecorded(start, block);
            return false;
        }

        _owners.Replace(block.Place, this);
        return true;
    }

    private void FreeRun(MemoryRequest request, int place, nuint start)
    {
        nuint length = Page.RoundUp(request.Length, Page.Size);
        bool isUsable = true;
        if (request.Protectable || Options.ZeroOnFree)
        {
            using Holding held = Hold();
            isUsable = !request.Protectable || TryUnprotect(start, length);
            if (isUsable && Options.ZeroOnFree) NativeMemory.Clear((void*)start, length);
        }

        lock (_gate)
        {
            // Pages that cannot be made writable again stay out of use, and go with the pool.
            if (_isDisposed || !isUsable) return;
            FreePages(start, length >> Page.Shift, areZero: Options.ZeroOnFree);
            _owners.Remove(place);
        }
    }

    private static bool TryUnprotect(nuint start, nuint length)
    {
        const int tries = 2;
        for (int i = 0; i < tries; i++)
        {
            if (!LibC.MProtect((void*)start, length, LibC.PROT_READ | LibC.PROT_WRITE).IsError) return true;
        }

        return false;
    }

    private MemoryBlock? AllocateSmall(MemoryRequest request, out AllocationFailure? failure)
    {
        int sizeClass = SmallClassOf(request);
        MemoryBlock? block = null;
        failure = AllocateSmall(sizeClass, request, address =>
        {
            block = new MemoryBlock(this, request, address);
            _heapBlocks.Add(address, block);
            if (_guarded is not null && _owners.TryGet(_map.Find(address)->Owner, out HeapSpan? span)) GuardedBlocks.Arm(span, block);
        });
        return block;
    }

    private MemoryBlock? AllocateRun(MemoryRequest request, out AllocationFailure? failure)
    {
        PageRequest pages = RequestCheck.ToPages(request);
        bool isOneBlock = _host is not null && request.Shared > Options.Sharing;
        MemoryBlock? block = null;
        bool Take(Extent? only) => (block = TakeRun(request, pages with { Only = only })) is not null;
        lock (_gate)
        {
            ThrowIfDisposed();
            failure = !isOneBlock && Take(null) ? null : pages.NeedsRegion ? RegionShortage(request) : _host is null ? Shortage(request) : null;
        }

        if (failure is not null && pages.NeedsRegion) return null;
        if (block is null && _host is not null) failure = GrowAndTake(pages, isOneBlock, Take);
        // What small blocks keep may be what is missing.
        if (failure is not null && _magazines?.Trim() == true) failure = GrowAndTake(pages, isOneBlock, Take);
        return block;
    }

    private MemoryBlock? TakeRun(MemoryRequest request, PageRequest pages)
    {
        int place = _owners.Add(this);
        nuint address = _pages.Allocate(pages, place);
        if (address == 0)
        {
            _owners.Remove(place);
            return null;
        }

        var block = new MemoryBlock(this, request, address) { Place = place };
        _owners.Replace(place, block);
        return block;
    }

    /// <summary>The kernel's pages come filled with zeros; those that were in use since are filled again.</summary>
    private void ClearDirtyPages(MemoryBlock block)
    {
        nuint start = block.LastStart;
        nuint end = start + Page.RoundUp(block.Length, Page.Size);
        Extent extent;
        lock (_gate)
        {
            ThrowIfDisposed();
            extent = _pages.ExtentOf(start);
        }

        if (!extent.HasDirtyPages) return;
        for (nuint page = start; page < end; page += Page.Size)
        {
            if (!extent.IsDirty(page)) continue;
            if (extent.IsRegion) ClearWords((ulong*)page);
            else NativeMemory.Clear((void*)page, Page.Size);
        }
    }

    /// <summary>By whole words: of uncached memory each byte of a NativeMemory.Clear could be an access of its own.</summary>
    private static void ClearWords(ulong* page)
    {
        for (int i = 0; i < Page.Size / sizeof(ulong); i++) Volatile.Write(ref page[i], 0);
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
        for (nuint page = address & ~(nuint)(Page.Size - 1), last; page < end; page = last)
        {
            PageEntry* entry = _map.Find(page);
            if (entry == null || entry->Owner <= 0)
                throw new ArgumentException($"0x{page:x} is not in use in the pool \"{Options.Name}\".", nameof(address));
            last = _map.EndOf(page);
            if (last < end && _pages.FollowsPhysically(last - Page.Size)) continue;
            nuint next = nuint.Min(last, end);
            PhysicalAddress? start = _map.TryTranslate(from, out ulong physical) ? new PhysicalAddress(physical) : null;
            ranges.Add(new PhysicalRange(start, next - from));
            from = next;
        }

        return ranges;
    }
}
