using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

public sealed unsafe partial class NdisInstance
{
    /// <summary>The pool that each descriptor, taken or free, belongs to.</summary>
    internal ConcurrentDictionary<nint, ElementPool> DescriptorOwners { get; } = new();

    /// <summary>A page of memory for packet or buffer descriptors, or null; the reason goes to the log.</summary>
    internal void* AllocateDescriptorPage()
    {
        var page = new MemoryRequest(ElementPool.SlabSize) { WholePages = true };
        if (Pool.TryAllocate(page, out MemoryBlock? block, out AllocationFailure? failure)) return block.Address;
        WriteLog($"packet and buffer pools: {failure}");
        return null;
    }

    internal void FreeDescriptorPage(void* start) => Pool.Free(start);
}
