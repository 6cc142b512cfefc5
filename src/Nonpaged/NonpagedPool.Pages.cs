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
            lock (_gate) return _isDisposed ? 0 : _pages.FreePages << Page.Shift;
        }
    }

    /// <summary>In how many pieces those bytes are.</summary>
    internal int FreeRanges
    {
        get
        {
            lock (_gate) return _pages.FreeRanges;
        }
    }

    private static PageRequest SpanRequest(nuint pages) =>
        new(pages, Page.Size, ulong.MaxValue, Contiguous: false, PinDemand.WherePossible, Protectable: false);

    private nuint AllocateSpan(nuint pages, int place) => _pages.Allocate(SpanRequest(pages), place);

    /// <summary>Takes an extent over; where there is no room for its page table, gives it back.</summary>
    private AllocationFailure? Add(Extent extent)
    {
        try
        {
            _pages.Add(extent);
            _heldBytes += extent.Length;
            return null;
        }
        catch (AllocationException exception)
        {
            extent.Dispose();
            return exception.Failure;
        }
    }

    /// <summary>Gives pages back to their extent. What leaves with that is disposed of by <see cref="ReleaseLeaving"/>, when the lock is not held any more.</summary>
    private void FreePages(nuint start, nuint pages, bool areZero = false)
    {
        Extent extent = _pages.Free(start, pages);
        if (!areZero) extent.MarkDirty(start, pages);
        if (_host is null || extent.UsedPages > 0) return;
        if (extent.IsOneBlock) Leave(extent);
        else KeepIdle(extent);
    }
}
