namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>Why no pages were found for a request, told from the memory there is.</summary>
    private AllocationFailure Shortage(MemoryRequest request)
    {
        PageRequest pages = RequestCheck.ToPages(request);
        string what = $"{request.Length} bytes cannot be had in the pool \"{Options.Name}\"";
        string limit = pages.Limit == ulong.MaxValue ? "" : $" at or below 0x{pages.Limit:x}";
        ulong reachable = _pages.TotalPagesBelow(pages.Limit) << Page.Shift;
        ulong free = _pages.FreePagesBelow(pages.Limit) << Page.Shift;
        if (reachable < pages.Pages << Page.Shift && pages.Limit != ulong.MaxValue) return TooLittleBelow(what, limit, reachable);
        if (_host is not null && pages.Contiguous) return TooLongForHost(what, free);
        if (free < pages.Pages << Page.Shift)
            return new AllocationFailure($"{what}{limit}: too little is free.", $"{free} bytes are free, of {reachable}", "free memory, or give the machine more");
        ulong longest = _pages.LongestRun(pages.Limit, pages.Contiguous) << Page.Shift;
        string kind = pages.Contiguous ? "physically contiguous" : "neighbouring";
        return new AllocationFailure(
            $"{what}{limit}: what is free is not in one {kind} piece{(pages.Alignment > Page.Size ? $", aligned to {pages.Alignment}" : "")}.",
            $"{longest} bytes are the longest free {kind} piece, {free} bytes are free",
            "ask for smaller blocks, or before other memory is taken");
    }

    private AllocationFailure TooLittleBelow(string what, string limit, ulong reachable)
    {
        if (_host is null)
            return new AllocationFailure($"{what}{limit}.", $"the machine has {reachable} bytes of memory there", "raise the limit, ask for less, or give the machine more memory");
        string known = _pages.LowestAddress is { } lowest ? $"the lowest page that the kernel gave lies at 0x{lowest:x}" : "frame numbers may not be read (CAP_SYS_ADMIN), so no limit can be kept";
        return new AllocationFailure(
            $"{what}{limit}: a process cannot choose its frames, and the kernel gives low ones last.", known,
            "put the device behind an IOMMU, where the limit is a matter of the IOVA; or use the RAM of a machine");
    }

    private static AllocationFailure TooLongForHost(string what, ulong free) => new(
        $"{what} as one physical range: what the kernel gives is contiguous within 2 MiB only.",
        $"2097152 bytes (one huge page); {free} bytes are free",
        "ask for blocks of 2 MiB, or put the device behind an IOMMU, where any length is contiguous");
}
