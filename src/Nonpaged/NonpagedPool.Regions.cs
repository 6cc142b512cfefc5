namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>How much memory of a caching that ordinary memory does not have the pool was given, and how much of that is free.</summary>
    /// <param name="caching"><see cref="Caching.Uncached"/> or <see cref="Caching.WriteCombined"/>.</param>
    public RegionUse GetRegionUse(Caching caching)
    {
        lock (_gate)
        {
            ulong total = 0, used = 0;
            foreach (Extent extent in _owners.OfType<Extent>().Where(extent => extent.IsRegion && extent.Caching == caching))
            {
                total += extent.Length;
                used += (ulong)extent.UsedPages << Page.Shift;
            }

            return new RegionUse(total, total - used);
        }
    }

    private void AddRegions(NonpagedPoolOptions options)
    {
        if (options.Regions.Count == 0) return;
        if (_host is null || _iommu is not null)
            throw new ArgumentException("Regions are named by the host's physical addresses, which this pool's are not.", nameof(options));
        try
        {
            foreach (MemoryRegion region in options.Regions)
            {
                Extent extent = RegionExtent.Map(region);
                try
                {
                    _pages.Add(extent);
                }
                catch
                {
                    extent.Dispose();
                    throw;
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why a request for uncached or write-combined memory is not met. Callers hold the lock.</summary>
    private AllocationFailure RegionShortage(MemoryRequest request)
    {
        string kind = request.Caching == Caching.Uncached ? "uncached" : "write-combined";
        Extent[] regions = [.. _owners.OfType<Extent>().Where(extent => extent.IsRegion && extent.Caching == request.Caching)];
        if (regions.Length == 0)
        {
            bool isWriteCombined = request.Caching == Caching.WriteCombined;
            return new AllocationFailure(FailureKind.NoRegion,
                $"{(isWriteCombined ? "Write-combined" : "Uncached")} memory cannot be had: ordinary memory is mapped write-back, and a process cannot change that.",
                "the page attribute of System RAM, which the kernel owns",
                isWriteCombined
                    ? "name prefetchable memory on a device, which the kernel maps so: --region 0000:00:06.0/resource2_wc, or NonpagedPoolOptions.Regions"
                    : "reserve a region at boot (kernel command line memmap=64M$0x20000000) and name it (--region 64M@0x20000000, or NonpagedPoolOptions.Regions); or ask for coherent memory, around whose DMA no cache need be flushed either");
        }

        ulong total = regions.Aggregate(0UL, (sum, extent) => sum + extent.Length);
        ulong free = regions.Aggregate(0UL, (sum, extent) => sum + extent.Length - ((ulong)extent.UsedPages << Page.Shift));
        ulong lowest = regions.Min(extent => extent.Frames.Lowest ?? 0);
        return new AllocationFailure(FailureKind.NoRegion,
            $"{request.Length} bytes of {kind} memory cannot be had{(lowest > request.HighestAcceptableAddress.Value ? $" at or below {request.HighestAcceptableAddress}" : "")}.",
            $"of {total} bytes of such memory {free} are free; the regions start at 0x{lowest:x}",
            "ask for smaller blocks or for fewer (clause C17), or reserve a larger region at boot");
    }
}
