using System.Runtime.CompilerServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// The one table from an address to its page's owner and physical address. Two levels: a root entry for each GiB of the 48-bit
/// address space, a leaf for each GiB in use. A leaf has an entry for each unit of 2 MiB and, behind these, one for each page,
/// which counts where the unit is divided: where its pages differ in owner or extent, or do not follow each other physically. So
/// a huge page that one owner has costs one entry. The tables are address space that the kernel backs where it is written.
/// Reading takes no lock and makes no system call; writers hold the pool's lock. What is read of a page in use is right, because
/// what its entry is changes only while nobody uses the page.
/// </summary>
internal sealed unsafe class PageMap : IDisposable
{
    private const int LeafShift = 30;
    private const int UnitShift = 21;
    private const nuint UnitLength = 1 << UnitShift;
    private const int RootEntries = 1 << (48 - LeafShift);
    private const int LeafUnits = 1 << (LeafShift - UnitShift);
    private const int LeafPages = 1 << (LeafShift - Page.Shift);
    private const nuint RootLength = RootEntries * (nuint)sizeof(ulong);

    /// <summary>The owner of a unit whose pages have entries of their own. None of the owner table has this place.</summary>
    private const int Divided = int.MinValue;

    private static readonly Lock s_gate = new();

    // Tables are never unmapped, for a thread may be translating at any moment: they are emptied, and another pool's.
    private static readonly Stack<nint> s_spareRoots = [];
    private static readonly Stack<nint> s_spareLeaves = [];

    // Of a pool that is gone: nobody looks whether it is, and finds nothing.
    private static nint s_empty;

    // The root entries in use: to look through all of them would make the kernel back the whole root.
    private readonly List<nuint> _covered = [];
    private PageEntry** _root;
    private bool _isDisposed;

    /// <exception cref="AllocationException">The process has no address space for it.</exception>
    public PageMap()
    {
        lock (s_gate)
        {
            if (s_empty == 0) s_empty = (nint)Reserve(RootLength);
        }

        _root = (PageEntry**)Take(s_spareRoots, RootLength + LeafLength);
    }

    private static nuint LeafLength => (LeafUnits + LeafPages) * (nuint)sizeof(PageEntry);

    // Most pools are in one GiB, or two: a leaf comes with the root, in one call to the kernel.
    private PageEntry* FirstLeaf => (PageEntry*)((byte*)_root + RootLength);

    /// <summary>
    /// The entry that tells a page's owner and extent, or null where the pool has nothing near. Its physical
    /// address may be that of the unit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PageEntry* Find(nuint address)
    {
        nuint index = address >> LeafShift;
        if (index >= RootEntries) return null;
        PageEntry* leaf = _root[index];
        if (leaf == null) return null;
        PageEntry* unit = UnitIn(leaf, address);
        return unit->Owner == Divided ? PageIn(leaf, address) : unit;
    }

    /// <summary>The physical address of a page that is the pool's, in use or not, or <see cref="PageEntry.Unknown"/>.</summary>
    public ulong PhysicalOf(nuint page)
    {
        PageEntry* entry = Find(page);
        return entry->Physical == PageEntry.Unknown || entry != UnitOf(page)
            ? entry->Physical
            : entry->Physical + (page & (UnitLength - 1));
    }

    /// <summary>How far the answer of <see cref="Find"/> holds: to the end of the page, or of its unit.</summary>
    public nuint EndOf(nuint page) => (Find(page) == UnitOf(page) ? page | (UnitLength - 1) : page | (Page.Size - 1)) + 1;

    /// <summary>The physical address of a byte of an allocated page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTranslate(nuint address, out ulong physical)
    {
        physical = 0;
        nuint index = address >> LeafShift;
        if (index >= RootEntries) return false;
        PageEntry* leaf = _root[index];
        if (leaf == null) return false;
        PageEntry* entry = UnitIn(leaf, address);
        if (entry->Owner != Divided)
        {
            if (entry->Owner <= 0 || entry->Physical == PageEntry.Unknown) return false;
            physical = entry->Physical + (address & (UnitLength - 1));
            return true;
        }

        entry = PageIn(leaf, address);
        if (entry->Owner <= 0 || entry->Physical == PageEntry.Unknown) return false;
        physical = entry->Physical + (address & (Page.Size - 1));
        return true;
    }

    /// <summary>Makes room for the entries of a range. Entries of pages never set are all zero.</summary>
    public void Cover(nuint address, nuint length)
    {
        for (nuint index = address >> LeafShift; index <= (address + length - 1) >> LeafShift; index++)
        {
            if (_covered.Contains(index)) continue;
            PageEntry* leaf = _covered.Count == 0 ? FirstLeaf : (PageEntry*)Take(s_spareLeaves, LeafLength);
            Volatile.Write(ref *(nint*)(_root + index), (nint)leaf);
            _covered.Add(index);
        }
    }

    /// <summary>
    /// Pages that an extent brings, which nobody owns yet. They follow each other physically, or all of them are unknown.
    /// </summary>
    public void Set(nuint start, nuint pages, ulong physical, int extent)
    {
        var entry = new PageEntry { Physical = physical, Extent = extent };
        foreach (Part part in new Parts(start, pages))
        {
            if (part.IsUnit) *UnitOf(part.Start) = entry;
            else Fill(Divide(part.Start), part.Pages, entry);
            if (physical != PageEntry.Unknown) entry.Physical += part.Pages << Page.Shift;
        }
    }

    /// <summary>Pages of an extent that goes.</summary>
    public void Clear(nuint start, nuint pages)
    {
        foreach (Part part in new Parts(start, pages))
        {
            if (part.IsUnit) *UnitOf(part.Start) = default;
            else new Span<PageEntry>(Divide(part.Start), (int)part.Pages).Clear();
        }
    }

    /// <summary>Where these pages are is not known any more.</summary>
    public void Forget(nuint start, nuint pages)
    {
        foreach (Part part in new Parts(start, pages))
        {
            PageEntry* unit = UnitOf(part.Start);
            if (part.IsUnit && unit->Owner != Divided) unit->Physical = PageEntry.Unknown;
            else foreach (ref PageEntry entry in new Span<PageEntry>(Divide(part.Start), (int)part.Pages))
                entry.Physical = PageEntry.Unknown;
        }
    }

    /// <summary>These pages are the owner's.</summary>
    public void SetOwner(nuint start, nuint pages, int owner)
    {
        foreach (Part part in new Parts(start, pages))
        {
            PageEntry* unit = UnitOf(part.Start);
            if (part.IsUnit && unit->Owner != Divided) unit->Owner = owner;
            else foreach (ref PageEntry entry in new Span<PageEntry>(Divide(part.Start), (int)part.Pages)) entry.Owner = owner;
        }
    }

    /// <summary>
    /// The first and the last page of a range are the owner's; or their units, where all of these is the range's. What
    /// is between them is never asked.
    /// </summary>
    public void SetEnds(nuint start, nuint pages, int owner)
    {
        nuint end = start + (pages << Page.Shift);
        SetEnd(start, start, end, owner);
        SetEnd(end - Page.Size, start, end, owner);
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        nint root = (nint)_root;
        nint[] leaves = [.. _covered.Skip(1).Select(LeafAt)];
        _root = (PageEntry**)s_empty;
        Interlocked.MemoryBarrier();
        Give(s_spareRoots, root, RootLength + LeafLength);
        foreach (nint leaf in leaves) Give(s_spareLeaves, leaf, LeafLength);
    }

    /// <summary>Unmaps the tables that wait for another pool. No thread may be translating by one that is gone.</summary>
    internal static void ReleaseSpare()
    {
        lock (s_gate)
        {
            while (s_spareRoots.TryPop(out nint root)) AddressSpace.Release((nuint)root, RootLength + LeafLength);
            while (s_spareLeaves.TryPop(out nint leaf)) AddressSpace.Release((nuint)leaf, LeafLength);
        }
    }

    private nint LeafAt(nuint index) => (nint)_root[index];

    private static void* Take(Stack<nint> spare, nuint length)
    {
        lock (s_gate)
        {
            if (spare.TryPop(out nint table)) return (void*)table;
        }

        return Reserve(length);
    }

    private static void Give(Stack<nint> spare, nint table, nuint length)
    {
        // One that is not empty is never used again.
        if (!AddressSpace.TryEmpty((nuint)table, length, LibC.PROT_READ | LibC.PROT_WRITE)) return;
        lock (s_gate) spare.Push(table);
    }

    private void SetEnd(nuint page, nuint start, nuint end, int owner)
    {
        nuint first = page & ~(UnitLength - 1);
        PageEntry* unit = UnitOf(page);
        if (unit->Owner != Divided && first >= start && first + UnitLength <= end) unit->Owner = owner;
        else Divide(page)->Owner = owner;
    }

    /// <summary>The entry of a page, of a unit that is divided for it where it is not.</summary>
    private PageEntry* Divide(nuint page)
    {
        PageEntry* leaf = _root[page >> LeafShift];
        PageEntry* unit = UnitIn(leaf, page);
        if (unit->Owner != Divided)
        {
            Fill(PageIn(leaf, page & ~(UnitLength - 1)), UnitLength >> Page.Shift, *unit);
            // After the entries are there: a translation reads this first.
            Volatile.Write(ref unit->Owner, Divided);
        }

        return PageIn(leaf, page);
    }

    private PageEntry* UnitOf(nuint address) => UnitIn(_root[address >> LeafShift], address);

    private static void Fill(PageEntry* entries, nuint count, PageEntry first)
    {
        ulong step = first.Extent == 0 || first.Physical == PageEntry.Unknown ? 0UL : Page.Size;
        for (nuint i = 0; i < count; i++)
        {
            entries[i] = first;
            first.Physical += step;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PageEntry* UnitIn(PageEntry* leaf, nuint address) => leaf + ((address >> UnitShift) & (LeafUnits - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PageEntry* PageIn(PageEntry* leaf, nuint address) =>
        leaf + LeafUnits + ((address >> Page.Shift) & (LeafPages - 1));

    private static void* Reserve(nuint length)
    {
        SysResult mapped = LibC.MMap(
            null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (mapped.IsError)
        {
            throw new AllocationException(AddressSpaceFailures.None(length, mapped.Errno));
        }

        return (void*)mapped.Value;
    }

    /// <summary>A range in the units that it touches, whole or in part.</summary>
    private ref struct Parts(nuint start, nuint pages)
    {
        private readonly nuint _end = start + (pages << Page.Shift);
        private nuint _next = start;

        public Part Current { get; private set; }

        public readonly Parts GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next >= _end) return false;
            nuint from = _next;
            _next = nuint.Min(_end, (from & ~(UnitLength - 1)) + UnitLength);
            Current = new Part(from, (_next - from) >> Page.Shift);
            return true;
        }
    }

    private readonly record struct Part(nuint Start, nuint Pages)
    {
        public bool IsUnit => Pages == UnitLength >> Page.Shift;
    }
}
