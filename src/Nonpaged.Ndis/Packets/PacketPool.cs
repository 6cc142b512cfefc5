namespace Nonpaged.Ndis;

/// <summary>What NdisAllocatePacketPool makes.</summary>
internal sealed class PacketPool(NdisInstance instance, Driver owner, uint limit, uint size, Range edge, uint oobOffset)
    : DescriptorPool(new ElementPool(instance, owner, "packet", limit, size) { Edge = edge })
{
    /// <summary>Where a packet's out-of-band data lies, behind the protocol's bytes.</summary>
    public uint OobOffset { get; } = oobOffset;
}
