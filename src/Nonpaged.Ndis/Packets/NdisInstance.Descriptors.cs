using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

public sealed unsafe partial class NdisInstance
{
    /// <summary>The pool that each descriptor, taken or free, belongs to.</summary>
    internal ConcurrentDictionary<nint, ElementPool> DescriptorOwners { get; } = new();

    internal void* AllocateDescriptors(uint length) => NativeMemory.AlignedAlloc(length, 16);

    internal void FreeDescriptors(void* start) => NativeMemory.AlignedFree(start);
}
