namespace Nonpaged.Ndis;

/// <summary>What NdisAllocateBufferPool makes.</summary>
internal sealed unsafe class BufferPool(NdisInstance instance, Driver owner, uint limit)
    : DescriptorPool(new ElementPool(instance, owner, "buffer", limit, (uint)sizeof(NDIS_BUFFER)));
