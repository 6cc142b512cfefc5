namespace Nonpaged;

/// <summary>
/// What a pool knows of its pages: the map from addresses, the owners, what is free. Callers hold the <see cref="PageStore"/>'s
/// lock, but for what <see cref="PageMap"/> says of itself.
/// </summary>
internal sealed unsafe class PageTables
{
    // Of pages that are being given back.
    private static readonly object s_leaving = new();

    private readonly OwnerTable _owners = new();

    private readonly string _pool;
    private readonly FreeRanges _free;

    /// <param name="pool">The pool's name, for errors.</param>
    /// <exception cref="AllocationException">The process has no address space for them.</exception>
    public PageTables(string pool)
    {
        _pool = pool;
        _free = new FreeRanges(Map, _owners);
        Pages = new PageAllocator(Map, _owners, _free);
    }

    public PageMap Map { get; } = new();

    /// <summary>What is free, with all that came back last.</summary>
    public FreeRanges Free
    {
        get
        {
            Pages.Settle();
            return _free;
        }
    }

    public PageAllocator Pages { get; }

    /// <summary>Extents that may go back to the kernel, for nobody uses any page of them.</summary>
    public IEnumerable<Extent> Idle => Extents.Where(extent => extent.IsIdle);

    public IReadOnlyList<Extent> Extents => Pages.Extents;

    /// <summary>Those of one kind among the owners: blocks or spans.</summary>
    public IEnumerable<T> All<T>() => _owners.OfType<T>();

    public bool TryTake(in PageRequest request, IPageOwner owner)
    {
        int place = _owners.Add(owner);
        nuint start = Pages.Take(request, place);
        if (start == 0) _owners.Remove(place);
        else owner.OnTaken(start, place);
        return start != 0;
    }

    /// <summary>Takes pages for several from an extent that is all free, one behind the other, or for none.</summary>
    public bool TryTakeEach(Extent extent, in PageRequest each, IReadOnlyList<IPageOwner> owners)
    {
        int taken = 0;
        bool isMet = true;
        for (nuint at = extent.Start; isMet && taken < owners.Count; at += each.Pages << Page.Shift)
        {
            IPageOwner owner = owners[taken++];
            int place = _owners.Add(owner);
            if (!Pages.TryTakeAt(at, each.Pages, place))
                throw new InvalidOperationException("An extent that was just obtained is in use.");
            owner.OnTaken(at, place);
            isMet = !each.Contiguous || RangesOf(at, each.Pages << Page.Shift).Count == 1;
        }

        if (isMet) return true;
        foreach (IPageOwner owner in owners.Take(taken)) Give(owner, each.Pages, areZero: true);
        return false;
    }

    /// <returns>The extent that may go back to the kernel now, or null.</returns>
    public Extent? Give(IPageOwner owner, nuint pages, bool areZero)
    {
        Extent extent = Pages.Give(owner.Start, pages);
        _owners.Remove(owner.Place);
        if (!areZero) extent.Dirty.Add(owner.Start, pages);
        if (!extent.IsIdle) return null;
        extent.IdleSince = Environment.TickCount64;
        return extent;
    }

    public PageGive TryGive(nuint address, nuint? length, bool isAlwaysUnready)
    {
        PageEntry* entry = Map.Find(address);
        if (entry == null || entry->Extent == 0) return new PageGive(BadFree.Foreign);
        if (_owners.TryGet(entry->Owner, out MemoryBlock? block))
        {
            if (block.Start != address) return new PageGive(BadFree.Middle);
            return length is { } expected && expected != block.Length
                ? new PageGive(BadFree.WrongLength)
                : GiveBlock(block, isAlwaysUnready);
        }

        if (entry->Owner <= 0 || !_owners.TryGet(entry->Owner, out HeapSpan? span)) return new PageGive(BadFree.NotAllocated);
        if (span.States is null) return new PageGive(BadFree.None, Span: span);
        // A block of the heap that another thread allocated between the two looks at it: this free came
        // too early, no matter who had the block.
        return new PageGive(span.WhyNot(address, length) is var bad and not BadFree.None ? bad : BadFree.NotAllocated);
    }

    public PageGive GiveBlock(MemoryBlock block, bool isAlwaysUnready)
    {
        if (isAlwaysUnready || block.Request.Protectable)
        {
            _owners.Replace(block.Place, s_leaving);
            block.MarkFreed();
            return new PageGive(BadFree.None, Unready: block);
        }

        Extent? idle = Give(block, Page.Count(block.Length), areZero: false);
        block.MarkFreed();
        return new PageGive(BadFree.None, Idle: idle);
    }

    /// <summary>The block or the span that an address lies in; null for any other address.</summary>
    public IPageOwner? OwnerAt(nuint address)
    {
        PageEntry* entry = Map.Find(address);
        return entry != null && entry->Owner > 0 && _owners.TryGet(entry->Owner, out IPageOwner? owner) ? owner : null;
    }

    public Extent ExtentAt(nuint address) => Pages.ExtentOf(address);

    /// <summary>The address is of pages in use.</summary>
    public bool IsUsed(nuint address)
    {
        PageEntry* entry = Map.Find(address);
        return entry != null && entry->Owner > 0;
    }

    /// <summary>What backs a range: its physical ranges in the order of its addresses.</summary>
    /// <exception cref="ArgumentException">The range is not wholly within memory in use.</exception>
    public List<PhysicalRange> RangesOf(nuint address, nuint length)
    {
        var ranges = new List<PhysicalRange>();
        nuint end = checked(address + length);
        nuint from = address;
        for (nuint page = address & ~(nuint)(Page.Size - 1), last; page < end; page = last)
        {
            if (!IsUsed(page)) throw new ArgumentException($"0x{page:x} is not in use in the pool \"{_pool}\".", nameof(address));
            last = Map.EndOf(page);
            if (last < end && _free.FollowsPhysically(last - Page.Size)) continue;
            nuint next = nuint.Min(last, end);
            PhysicalAddress? start = Map.TryTranslate(from, out ulong physical) ? new PhysicalAddress(physical) : null;
            ranges.Add(new PhysicalRange(start, next - from));
            from = next;
        }

        return ranges;
    }

    /// <summary>What was obtained for a block, and how that is known.</summary>
    public ObtainedMemory Describe(MemoryBlock block)
    {
        Extent extent = ExtentAt(block.Start);
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
            Evidence = extent.HasLostPin ? $"the pin was lost: {extent.Evidence.Value}" : extent.Evidence.Value,
        };
    }

    /// <summary>Keeps the extents that have free pages for a request, as many as it needs. How many pages are missing.</summary>
    public nuint Keep(PageRequest request)
    {
        if (request.Contiguous && Free.LongestRun(request.Limit, contiguous: true) < request.Pages) return request.Pages;
        nuint missing = request.Pages;
        foreach (Extent extent in Extents.Where(extent => request.Accepts(extent)).ToArray())
        {
            if (missing == 0) break;
            nuint free = Free.Of(extent).Aggregate((nuint)0, (sum, range) => sum + range.PagesBelow(request.Limit));
            if (free == 0) continue;
            extent.IsReserved = true;
            missing -= nuint.Min(missing, free);
        }

        return missing;
    }

    /// <summary>Finds what lost its pin since the last time: it has no physical address any more.</summary>
    public List<LostPin> TakeLostPins()
    {
        var lost = new List<LostPin>();
        foreach (Extent extent in Extents.Where(extent => !extent.HasLostPin && !extent.IsPinWhole))
        {
            extent.HasLostPin = true;
            Map.Forget(extent.Start, extent.Pages);
            MemoryBlock[] blocks =
                [.. All<MemoryBlock>().Where(block => block.LastStart >= extent.Start && block.LastStart < extent.End)];
            lost.Add(new LostPin(extent.Start, extent.Length, extent.PinKind, blocks));
        }

        return lost;
    }

    public void Clear()
    {
        Map.Dispose();
        _owners.Clear();
        Pages.Clear();
    }
}
