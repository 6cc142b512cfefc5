using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>NDIS's own part of a packet. Drivers read and change it through the packet functions only.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NDIS_PACKET_PRIVATE
{
    /// <summary>How many pages the chained buffers span; holds where ValidCounts is set.</summary>
    public uint PhysicalCount;

    /// <summary>The bytes of all chained buffers; holds where ValidCounts is set.</summary>
    public uint TotalLength;

    /// <summary>The first chained buffer.</summary>
    public NDIS_BUFFER* Head;

    /// <summary>The last chained buffer.</summary>
    public NDIS_BUFFER* Tail;

    /// <summary>The handle of the pool that the packet came from.</summary>
    public NDIS_HANDLE Pool;

    /// <summary>How many buffers are chained; holds where ValidCounts is set.</summary>
    public uint Count;

    /// <summary>The protocol's flags for the send.</summary>
    public uint Flags;

    /// <summary>1 where the counts above hold.</summary>
    public byte ValidCounts;

    /// <summary>NDIS's flags.</summary>
    public byte NdisPacketFlags;

    /// <summary>Where the out-of-band data lies, in bytes from the packet's start.</summary>
    public ushort NdisPacketOobOffset;
}
