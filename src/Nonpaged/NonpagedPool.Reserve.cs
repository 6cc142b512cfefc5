using System.Diagnostics.CodeAnalysis;

namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// Grows ahead, so that blocks of so many bytes in all are allocated without a system call. The memory stays with the pool, whether it is used or not, until the
    /// pool is disposed.
    /// </summary>
    /// <param name="bytes">In all; each block takes whole pages, small ones share spans of 64 KiB or more.</param>
    /// <param name="highestAcceptableAddress">The limit of the requests that will come; null for none.</param>
    /// <exception cref="AllocationException">There is not so much. What was obtained before is ordinary memory of the pool.</exception>
    /// <exception cref="ArgumentException">0 bytes, or more than an address space holds.</exception>
    public void Reserve(ulong bytes, PhysicalAddress? highestAcceptableAddress = null)
    {
        if (!TryReserve(bytes, out AllocationFailure? failure, highestAcceptableAddress)) throw new AllocationException(failure);
    }

    /// <inheritdoc cref="Reserve(ulong, PhysicalAddress?)"/>
    /// <param name="bytes">In all; each block takes whole pages, small ones share spans of 64 KiB or more.</param>
    /// <param name="failure">Why there is not so much.</param>
    /// <param name="highestAcceptableAddress">The limit of the requests that will come; null for none.</param>
    /// <returns>False where there is not so much.</returns>
    public bool TryReserve(ulong bytes, [NotNullWhen(false)] out AllocationFailure? failure, PhysicalAddress? highestAcceptableAddress = null)
    {
        return TryReserve(
            new MemoryRequest((nuint)bytes) { HighestAcceptableAddress = highestAcceptableAddress ?? PhysicalAddress.Max, WholePages = true }, out failure);
    }

    /// <summary>
    /// As <see cref="Reserve(ulong, PhysicalAddress?)"/>, for requests like this one: its length is their sum, and the memory is pinned, contiguous, protectable as it says.
    /// </summary>
    /// <exception cref="ArgumentException">The request is for a block with a memory file of its own, which cannot be there before the block.</exception>
    /// <exception cref="AllocationException">There is not so much.</exception>
    public void Reserve(MemoryRequest request)
    {
        if (!TryReserve(request, out AllocationFailure? failure)) throw new AllocationException(failure);
    }

    /// <inheritdoc cref="Reserve(MemoryRequest)" path="/summary"/>
    /// <inheritdoc cref="Reserve(MemoryRequest)" path="/exception[@cref='T:System.ArgumentException']"/>
    /// <returns>False, with the reason, where there is not so much.</returns>
    public bool TryReserve(MemoryRequest request, [NotNullWhen(false)] out AllocationFailure? failure)
    {
        RequestCheck.ThrowIfWrong(request, isFixed: _host is null || _iommu is not null || Options.ForDevices);
        if (request.Shared > Options.Sharing)
            throw new ArgumentException("A block that is exported has a memory file of its own. NonpagedPoolOptions.Sharing makes a pool of which all may be exported.", nameof(request));
        failure = ReserveFor(request);
        return failure is null;
    }

    private AllocationFailure? ReserveFor(MemoryRequest request)
    {
        PageRequest pages = RequestCheck.ToPages(request);
        Magazines();
        lock (_growth)
        {
            // It sees, under the pool's lock, whether the pool is gone; that can't change while it grows.
            nuint missing = KeepFree(pages);
            if (missing == 0) return null;
            if (pages.NeedsRegion)
            {
                lock (_gate) return RegionShortage(request);
            }

            // Contiguous ones may be as long as what is reserved, so what is there in part does not count.
            PageRequest rest = pages.Contiguous ? pages : pages with { Pages = missing };
            if (_host is null)
            {
                lock (_gate) return Shortage(request);
            }

            if (TryObtain(rest, Wish.Exactly, out AllocationFailure? failure) is not { } extent) return failure;
            extent.IsReserved = true;
            lock (_gate) return Add(extent);
        }
    }

    /// <summary>Keeps the extents that have free pages for a request, as many as it needs. How many pages are missing.</summary>
    private nuint KeepFree(PageRequest request)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (request.Contiguous && _pages.LongestRun(request.Limit, contiguous: true) < request.Pages) return request.Pages;
            nuint missing = request.Pages;
            foreach (Extent extent in _owners.OfType<Extent>().Where(request.Accepts).ToArray())
            {
                if (missing == 0) break;
                nuint free = _pages.FreePagesIn(extent, request.Limit);
                if (free == 0) continue;
                extent.IsReserved = true;
                missing -= nuint.Min(missing, free);
            }

            return missing;
        }
    }
}
