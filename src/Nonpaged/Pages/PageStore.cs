namespace Nonpaged;

/// <summary>
/// The pages of a pool: which extents they lie in, who has them, where they are physically. Owns the lock under which all of that
/// changes; under it come only those of <see cref="PageMap"/>, <see cref="AddressSpace"/> and pins, which have none under them.
/// An address is translated without it.
/// </summary>
/// <param name="life">Of the pool.</param>
internal sealed unsafe class PageStore(PoolLife life)
{
    private readonly Lock _gate = new();
    private readonly PageTables _tables = new(life.Pool);
    private ulong _heldBytes;
    private int _leaving;

    /// <summary>Memory that the pool holds, in bytes.</summary>
    public ulong HeldBytes
    {
        get
        {
            lock (_gate) return _heldBytes;
        }
    }

    /// <summary>Extents that were taken out are on their way back to the kernel.</summary>
    public bool IsSomeLeaving => Volatile.Read(ref _leaving) > 0;

    /// <summary>What is on its way back to the kernel still counts as held. Waits for it, for a second at most.</summary>
    public void AwaitLeaving()
    {
        if (IsSomeLeaving) SpinWait.SpinUntil(() => !IsSomeLeaving, TimeSpan.FromSeconds(1));
    }

    /// <summary>Memory in whole pages that nobody uses, in bytes.</summary>
    public ulong FreeBytes
    {
        get
        {
            lock (_gate) return life.IsOver ? 0 : _tables.Free.Pages << Page.Shift;
        }
    }

    /// <summary>The physical address of a byte of a block in use. Takes no lock.</summary>
    public bool TryTranslate(nuint address, out ulong physical) => _tables.Map.TryTranslate(address, out physical);

    /// <summary>The address is in the pool's memory, in use or not. Takes no lock.</summary>
    public bool Contains(nuint address)
    {
        PageEntry* entry = _tables.Map.Find(address);
        return entry != null && entry->Extent != 0;
    }

    /// <summary>Takes pages from the extents there are. False where none are like that.</summary>
    public bool TryTake(in PageRequest request, IPageOwner owner)
    {
        lock (_gate)
        {
            life.ThrowIfOver();
            return _tables.TryTake(request, owner);
        }
    }

    /// <summary>Takes an extent over; where there is no room for its page table, gives it back.</summary>
    public AllocationFailure? Add(Extent extent)
    {
        lock (_gate) return AddLocked(extent);
    }

    /// <summary>
    /// Takes an extent over and pages from it, in one hold of the lock, so that nobody else can be first. Where it does not meet
    /// the request it is not taken over, and stays the caller's.
    /// </summary>
    /// <param name="extent">The extent.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="owner">For whom.</param>
    /// <param name="isMet">It met the request.</param>
    public AllocationFailure? AddAndTake(Extent extent, in PageRequest request, IPageOwner owner, out bool isMet)
    {
        lock (_gate)
        {
            isMet = false;
            if (AddLocked(extent) is { } noRoom) return noRoom;
            isMet = _tables.TryTake(request, owner);
            if (!isMet) RemoveLocked(extent);
            return null;
        }
    }

    /// <summary>As above, for several owners: each one's pages follow those of the one before.</summary>
    public AllocationFailure? AddAndTakeEach(Extent extent, in PageRequest each, IReadOnlyList<IPageOwner> owners, out bool isMet)
    {
        lock (_gate)
        {
            isMet = false;
            if (AddLocked(extent) is { } noRoom) return noRoom;
            isMet = _tables.TryTakeEach(extent, each, owners);
            if (!isMet) RemoveLocked(extent);
            return null;
        }
    }

    /// <summary>Who has the page of an address; null for any other address.</summary>
    public IPageOwner? OwnerAt(nuint address)
    {
        lock (_gate) return _tables.OwnerAt(address);
    }

    /// <summary>Gives pages back, which are filled with zeros or not.</summary>
    /// <returns>The extent that nobody uses any more, or null.</returns>
    public Extent? Give(IPageOwner owner, nuint pages, bool areZero = false)
    {
        lock (_gate) return life.IsOver ? null : _tables.Give(owner, pages, areZero);
    }

    /// <summary>
    /// Gives back the block of whole pages at an address. One that is to be made ready before its pages can be another's is only
    /// taken out of use: its pages are given back by <see cref="Give(IPageOwner, nuint, bool)"/>.
    /// </summary>
    /// <param name="address">Any address.</param>
    /// <param name="length">The length that the block must have; null for any.</param>
    /// <param name="isAlwaysUnready">All blocks are to be made ready.</param>
    public PageGive TryGive(nuint address, nuint? length, bool isAlwaysUnready)
    {
        lock (_gate)
        {
            life.ThrowIfOver();
            return _tables.TryGive(address, length, isAlwaysUnready);
        }
    }

    /// <summary>As above, for a caller that has the block. Does nothing where it was given back, or its pool is gone.</summary>
    public PageGive Give(MemoryBlock block, bool isAlwaysUnready)
    {
        lock (_gate) return block.IsFreed ? default : _tables.GiveBlock(block, isAlwaysUnready);
    }

    /// <summary>
    /// Takes extents out that nobody uses, and nobody has for so long. The caller disposes of them, and says
    /// when it has: <see cref="OnLeft"/>.
    /// </summary>
    /// <param name="latest">Since when, in milliseconds (<see cref="Environment.TickCount64"/>).</param>
    /// <param name="isSomeLeft">Others stay, for now.</param>
    public Extent[] TakeIdle(long latest, out bool isSomeLeft)
    {
        lock (_gate)
        {
            isSomeLeft = false;
            if (life.IsOver) return [];
            ILookup<bool, Extent> idle = _tables.Idle.ToLookup(extent => extent.IdleSince <= latest);
            isSomeLeft = idle[false].Any();
            return TakeOut(idle[true]);
        }
    }

    /// <summary>As above, the longest ones first, until no more than so many bytes stay.</summary>
    public Extent[] TakeIdleAbove(ulong kept, out bool isSomeLeft)
    {
        lock (_gate)
        {
            ulong bytes = 0;
            isSomeLeft = false;
            if (life.IsOver) return [];
            foreach (Extent extent in _tables.Extents) bytes += extent.IsIdle ? extent.Length : 0;
            isSomeLeft = bytes > 0;
            // Mostly, after a free.
            if (bytes <= kept) return [];
            Extent[] idle = [.. _tables.Idle.OrderByDescending(extent => extent.Length)];
            int count = 0;
            for (; count < idle.Length && bytes > kept; count++) bytes -= idle[count].Length;
            isSomeLeft = count < idle.Length;
            return TakeOut(idle.Take(count));
        }
    }

    /// <summary>An extent of one block, which was given back. Null where somebody took it out before.</summary>
    public Extent[] TakeOne(Extent extent)
    {
        lock (_gate) return life.IsOver || !_tables.Idle.Contains(extent) ? [] : TakeOut([extent]);
    }

    /// <summary>An extent that was taken out is with the kernel again.</summary>
    public void OnLeft(Extent extent)
    {
        lock (_gate)
        {
            // When the pool is gone it holds nothing.
            if (!life.IsOver) _heldBytes -= extent.Length;
            _leaving--;
        }
    }

    /// <summary>What backs a range in use: its physical ranges in the order of its addresses.</summary>
    /// <exception cref="ArgumentException">The range is not wholly within memory in use.</exception>
    public List<PhysicalRange> RangesOf(nuint address, nuint length)
    {
        using Reading reading = Read();
        return reading.Tables.RangesOf(address, length);
    }

    /// <summary>What was obtained for a block, and how that is known.</summary>
    public ObtainedMemory Describe(MemoryBlock block)
    {
        using Reading reading = Read();
        if (!block.IsFreed) return reading.Tables.Describe(block);
        // The pool may have gone since the look at that above.
        life.ThrowIfOver();
        throw new ObjectDisposedException(typeof(MemoryBlock).FullName);
    }

    /// <summary>The address is of memory in use that the kernel may move.</summary>
    public bool IsUnpinned(nuint address)
    {
        using Reading reading = ReadEvenIfOver();
        return reading.Tables.IsUsed(address) && !reading.Tables.ExtentAt(address).IsPinned;
    }

    /// <summary>Finds what lost its pin since the last time: it has no physical address any more.</summary>
    public List<LostPin> TakeLostPins()
    {
        using Reading reading = Read();
        return reading.Tables.TakeLostPins();
    }

    /// <summary>Reads what the tables tell, with the lock held.</summary>
    public Reading Read()
    {
        Lock.Scope scope = _gate.EnterScope();
        if (!life.IsOver) return new Reading(scope, _tables);
        scope.Dispose();
        throw life.Disposed();
    }

    /// <summary>As above, where what is told of a pool that is gone is nothing.</summary>
    public Reading ReadEvenIfOver() => new(_gate.EnterScope(), _tables);

    /// <summary>The pool is gone: its extents with everything in them.</summary>
    /// <param name="recorded">The small blocks with a record that were in use.</param>
    /// <param name="areAllRecorded">There are no others.</param>
    /// <param name="held">How many bytes it held, but for what is on its way to the kernel already.</param>
    public PoolLeftovers Close(IReadOnlyList<MemoryBlock> recorded, bool areAllRecorded, out ulong held)
    {
        held = 0;
        lock (_gate)
        {
            PoolLeftovers leftovers = LeftoverCount.Of(life.Pool, _tables, recorded, areAllRecorded);
            foreach (Extent extent in _tables.Extents)
            {
                if (extent.Origin != ExtentOrigin.Region) held += extent.Length;
                extent.Retire();
            }

            _tables.Clear();
            _heldBytes = 0;
            return leftovers;
        }
    }

    private AllocationFailure? AddLocked(Extent extent)
    {
        try
        {
            _tables.Pages.Add(extent);
            if (extent.Origin != ExtentOrigin.Region) _heldBytes += extent.Length;
            return null;
        }
        catch (AllocationException exception)
        {
            extent.Dispose();
            return exception.Failure;
        }
    }

    private void RemoveLocked(Extent extent)
    {
        _tables.Pages.Remove(extent);
        _heldBytes -= extent.Length;
    }

    private Extent[] TakeOut(IEnumerable<Extent> extents)
    {
        Extent[] left = [.. extents];
        foreach (Extent extent in left) _tables.Pages.Remove(extent);
        _leaving += left.Length;
        return left;
    }

    /// <summary>The lock, until disposed of, and what may be read meanwhile.</summary>
    internal ref struct Reading(Lock.Scope scope, PageTables tables)
    {
        private Lock.Scope _scope = scope;

        public PageTables Tables { get; } = tables;

        public void Dispose() => _scope.Dispose();
    }
}
