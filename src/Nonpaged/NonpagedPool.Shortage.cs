namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>Why no pages were found for a request in a pool that does not grow, told from the memory there is.</summary>
    private AllocationFailure Shortage(MemoryRequest request)
    {
        PageRequest pages = RequestCheck.ToPages(request);
        string what = $"{request.Length} bytes cannot be had in the pool \"{Options.Name}\"";
        string limit = pages.Limit == ulong.MaxValue ? "" : $" at or below 0x{pages.Limit:x}";
        ulong reachable = _pages.TotalPagesBelow(pages.Limit) << Page.Shift;
        ulong free = _pages.FreePagesBelow(pages.Limit) << Page.Shift;
        if (reachable < pages.Pages << Page.Shift && pages.Limit != ulong.MaxValue) return TooLittleBelow(what, limit, reachable);
        if (free < pages.Pages << Page.Shift)
            return new AllocationFailure(FailureKind.PoolExhausted, $"{what}{limit}: too little is free.", $"{free} bytes are free, of {reachable}", "free memory, or give the machine more");
        ulong longest = _pages.LongestRun(pages.Limit, pages.Contiguous) << Page.Shift;
        string kind = pages.Contiguous ? "physically contiguous" : "neighbouring";
        return new AllocationFailure(FailureKind.Fragmented,
            $"{what}{limit}: what is free is not in one {kind} piece{(pages.Alignment > Page.Size ? $", aligned to {pages.Alignment}" : "")}.",
            $"{longest} bytes are the longest free {kind} piece, {free} bytes are free",
            "ask for smaller blocks, or before other memory is taken");
    }

    private static AllocationFailure TooLittleBelow(string what, string limit, ulong reachable) =>
        new(FailureKind.AddressLimit, $"{what}{limit}.", $"the machine has {reachable} bytes of memory there", "raise the limit, ask for less, or give the machine more memory");
}
