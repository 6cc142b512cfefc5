namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>Memory held from the host or handed in, in bytes.</summary>
    public ulong HeldBytes
    {
        get
        {
            lock (_gate) return _heldBytes;
        }
    }

    /// <summary>Memory in whole pages that nobody uses, in bytes.</summary>
    public ulong FreeBytes
    {
        get
        {
            lock (_gate) return _pages.FreePages << Page.Shift;
        }
    }

    private void Add(Extent extent)
    {
        _pages.Add(extent);
        _heldBytes += extent.Length;
    }

    private nuint AllocateSpan(nuint pages, int place, out AllocationFailure? failure) =>
        AllocatePages(new PageRequest(pages, Page.Size, ulong.MaxValue, Contiguous: false, Pinned: false, Protectable: false), place, out failure);

    /// <summary>Takes pages from the extents there are, or from another one. 0 and the failure where neither is possible.</summary>
    private nuint AllocatePages(PageRequest request, int place, out AllocationFailure? failure)
    {
        failure = null;
        nuint address = _pages.Allocate(request, place);
        if (address != 0 || _host is null) return address;

        ulong length = Page.RoundUp(request.Pages << Page.Shift, HostExtents.HugePage);
        if (_heldBytes + length > Options.Ceiling)
        {
            failure = new AllocationFailure(
                $"The pool \"{Options.Name}\" may not grow by {length} bytes.", $"its ceiling of {Options.Ceiling} bytes, of which {_heldBytes} are held", "raise NonpagedPoolOptions.Ceiling");
            return 0;
        }

        if (_host.TryObtain(request, out failure) is not { } extent) return 0;
        if (request.Pinned && !extent.IsPinned)
        {
            failure = extent.PinFailure;
            extent.Dispose();
            return 0;
        }

        Add(extent);
        address = _pages.Allocate(request, place);
        if (address == 0) Drop(extent);
        return address;
    }

    private void FreePages(nuint start, nuint pages)
    {
        Extent extent = _pages.Free(start, pages);
        // One idle extent is kept, so that a program that allocates and frees one block does not go to the kernel each time.
        if (_host is not null && extent.UsedPages == 0 && _owners.OfType<Extent>().Any(other => other != extent && other.UsedPages == 0)) Drop(extent);
    }

    private void Drop(Extent extent)
    {
        _pages.Remove(extent);
        _heldBytes -= extent.Length;
        extent.Dispose();
    }
}
