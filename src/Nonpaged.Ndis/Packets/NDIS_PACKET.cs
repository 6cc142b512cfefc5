using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A packet descriptor. After this structure follow the protocol's reserved bytes, the out-of-band data and the per-packet
/// information, as the pool that it came from lays them out.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NDIS_PACKET
{
    /// <summary>NDIS's own part.</summary>
    public NDIS_PACKET_PRIVATE Private;

    /// <summary>The miniport's, while it owns the packet: two pointers.</summary>
    public fixed byte MiniportReserved[16];

    /// <summary>NDIS's: two pointers.</summary>
    public fixed byte WrapperReserved[16];

    /// <summary>NDIS's.</summary>
    public fixed ulong Reserved[2];

    /// <summary>The protocol's: as many bytes as the pool was made with, 1 at least.</summary>
    public fixed byte ProtocolReserved[1];
}
