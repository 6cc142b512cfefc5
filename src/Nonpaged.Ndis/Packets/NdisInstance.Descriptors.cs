using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

public sealed unsafe partial class NdisInstance
{
    /// <summary>The pool that each descriptor, taken or free, belongs to.</summary>
    internal ConcurrentDictionary<nint, ElementPool> DescriptorOwners { get; } = new();

    /// <summary>Memory for packet and buffer descriptors, or null; the reason goes to the log.</summary>
    internal void* AllocateDescriptors(uint length)
    {
        if (Pool.TryAllocate(new MemoryRequest(length), out var block, out var failure)) return block.Address;
        WriteLog($"packet and buffer pools: {failure}");
        return null;
    }

    internal void FreeDescriptors(void* start) => Pool.Free(start);
}
