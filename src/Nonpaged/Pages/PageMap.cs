using System.Runtime.CompilerServices;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// The one table from an address to its page's owner and physical address. Two levels: a root entry for each GiB of the 48-bit address
/// space, a leaf of entries for each GiB in use. The tables are address space that the kernel backs where it is written, so they
/// cost what is in use. Reading takes no lock and makes no system call; writers hold the pool's lock.
/// </summary>
internal sealed unsafe class PageMap : IDisposable
{
    private const int LeafShift = 30;
    private const int RootEntries = 1 << (48 - LeafShift);
    private const int LeafPages = 1 << (LeafShift - Page.Shift);

    // The root entries in use: to look through all of them would make the kernel back the whole root.
    private readonly List<nuint> _covered = [];
    private PageEntry** _root = (PageEntry**)Reserve(RootEntries * (nuint)sizeof(PageEntry*));

    /// <summary>The entry of an address's page, or null where the pool has nothing near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PageEntry* Find(nuint address)
    {
        nuint index = address >> LeafShift;
        if (index >= RootEntries) return null;
        PageEntry* leaf = _root[index];
        return leaf == null ? null : leaf + ((address >> Page.Shift) & (LeafPages - 1));
    }

    /// <summary>The entries of a range that is covered, as far as they lie next to each other: those of one GiB at most.</summary>
    public Span<PageEntry> Entries(nuint address, nuint pages)
    {
        nuint left = LeafPages - ((address >> Page.Shift) & (LeafPages - 1));
        return new Span<PageEntry>(Find(address), (int)nuint.Min(pages, left));
    }

    /// <summary>The physical address of a byte of an allocated page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTranslate(nuint address, out ulong physical)
    {
        PageEntry* entry = Find(address);
        if (entry == null || entry->Owner <= 0 || entry->Physical == PageEntry.Unknown)
        {
            physical = 0;
            return false;
        }

        physical = entry->Physical + (address & (Page.Size - 1));
        return true;
    }

    /// <summary>Makes room for the entries of a range. Entries of pages never set are all zero.</summary>
    public void Cover(nuint address, nuint length)
    {
        for (nuint index = address >> LeafShift; index <= (address + length - 1) >> LeafShift; index++)
        {
            if (_root[index] != null) continue;
            Volatile.Write(ref *(nint*)(_root + index), (nint)Reserve(LeafPages * (nuint)sizeof(PageEntry)));
            _covered.Add(index);
        }

        // Entries next to each other are made at once, which costs a fraction of a fault for each page of them. Where it fails the faults come.
        for (nuint done = 0; done < length;)
        {
            Span<PageEntry> entries = Entries(address + done, (length - done) >> Page.Shift);
            nuint first = (nuint)Unsafe.AsPointer(ref entries[0]) & ~(nuint)(Page.Size - 1);
            nuint end = (nuint)Unsafe.AsPointer(ref entries[^1]) + 1;
            LibC.AdviseMemory((void*)first, end - first, LibC.MADV_POPULATE_WRITE);
            done += (nuint)entries.Length << Page.Shift;
        }
    }

    public void Dispose()
    {
        if (_root == null) return;
        foreach (nuint index in _covered) AddressSpace.Release((nuint)_root[index], LeafPages * (nuint)sizeof(PageEntry));
        AddressSpace.Release((nuint)_root, RootEntries * (nuint)sizeof(PageEntry*));
        _root = null;
    }

    private static void* Reserve(nuint length)
    {
        SysResult mapped = LibC.MapMemory(
            null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (mapped.IsError)
        {
            throw new AllocationException(new AllocationFailure(
                $"No address space for {length} bytes of page table (mmap: {mapped.Errno}).",
                "the process's address space (ulimit -v) or its number of mappings (/proc/sys/vm/max_map_count)",
                "ulimit -v unlimited"));
        }

        return (void*)mapped.Value;
    }
}
