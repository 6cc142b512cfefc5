namespace Nonpaged;

/// <summary>Why a pool has no memory for a request, though it was well asked for.</summary>
internal static class PoolFailures
{
    /// <summary>The pool may not grow by so much.</summary>
    public static AllocationFailure AtCeiling(NonpagedPoolOptions options, ulong needed, ulong room) => new(
        FailureKind.Ceiling,
        $"The pool \"{options.Name}\" may not grow by the {needed} bytes that the request needs.",
        $"its ceiling of {options.Ceiling} bytes; {(ulong)options.Ceiling - room} are held",
        "raise NonpagedPoolOptions.Ceiling")
    { LimitValue = options.Ceiling };

    /// <summary>Why no pages were found in a pool that does not grow, told from the memory there is.</summary>
    public static AllocationFailure Shortage(string pool, in PageRequest request, nuint length, PageMeasures measures)
    {
        string what = $"Cannot allocate {length} bytes in the pool \"{pool}\"";
        string limit = request.Limit == ulong.MaxValue ? "" : $" at or below 0x{request.Limit:x}";
        ulong needed = (ulong)request.Pages << Page.Shift;
        if (measures.Reachable < needed && request.Limit != ulong.MaxValue)
        {
            return new AllocationFailure(
                FailureKind.AddressLimit, $"{what}{limit}.", $"the machine has {measures.Reachable} bytes of memory there",
                "raise the limit, ask for less, or give the machine more memory");
        }

        if (measures.Free < needed)
        {
            return new AllocationFailure(
                FailureKind.PoolExhausted, $"{what}{limit}: too little is free.",
                $"{measures.Free} bytes are free, of {measures.Reachable}", "free memory, or give the machine more");
        }

        string kind = request.Contiguous ? "physically contiguous" : "neighbouring";
        return new AllocationFailure(
            FailureKind.Fragmented,
            $"{what}{limit}: "
                + $"what is free is not in one {kind} piece"
                + $"{(request.Alignment > Page.Size ? $", aligned to {request.Alignment}" : "")}.",
            $"{measures.Longest} bytes are the longest free {kind} piece, {measures.Free} bytes are free",
            "ask for smaller blocks, or before other memory is taken");
    }

    /// <summary>Why a request for uncached or write-combined memory is not met.</summary>
    public static AllocationFailure NoRegion(in PageRequest request, nuint length, RegionMeasures measures)
    {
        bool isWriteCombined = request.Caching == Caching.WriteCombined;
        if (measures.Count == 0)
        {
            return new AllocationFailure(
                FailureKind.NoRegion,
                $"Cannot allocate {(isWriteCombined ? "write-combined" : "uncached")} memory: "
                    + "ordinary memory is mapped write-back, and a process cannot change that.",
                "the page attribute of System RAM, which the kernel owns",
                isWriteCombined
                    ? "name prefetchable memory on a device, which the kernel maps so: "
                        + "--region 0000:00:06.0/resource2_wc, or NonpagedPoolOptions.Regions"
                    : "reserve a region at boot (kernel command line memmap=64M$0x20000000) and name it (--region "
                        + "64M@0x20000000, or "
                        + "NonpagedPoolOptions.Regions); or ask for coherent memory, around whose DMA no cache need be flushed "
                        + "either");
        }

        string below = measures.Lowest > request.Limit ? $" at or below {new PhysicalAddress(request.Limit)}" : "";
        return new AllocationFailure(
            FailureKind.NoRegion,
            $"Cannot allocate {length} bytes of {(isWriteCombined ? "write-combined" : "uncached")} memory{below}.",
            $"of {measures.Total} bytes of such memory {measures.Free} are free; the regions start at 0x{measures.Lowest:x}",
            "ask for smaller blocks or for fewer (clause C17), or reserve a larger region at boot");
    }

    /// <summary>There is no room for what the heap keeps of its blocks.</summary>
    public static AllocationFailure NoStates(string pool) => new(
        FailureKind.AddressSpace,
        $"The pool \"{pool}\" has no room for the states of more small blocks.",
        $"{ChunkTable.MostStates} states, one for each block, or two where its length is no power of two",
        "use further pools (NonpagedPool.Create), or longer blocks");
}
