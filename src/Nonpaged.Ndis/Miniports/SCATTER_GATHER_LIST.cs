using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Where a packet's bytes are for a device: what a packet's ScatterGatherListPacketInfo points to. Elements follow the structure.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct SCATTER_GATHER_LIST
{
    /// <summary>How many elements follow.</summary>
    public uint NumberOfElements;

    /// <summary>NDIS's.</summary>
    public nuint Reserved;

    /// <summary>The elements of a list.</summary>
    public static SCATTER_GATHER_ELEMENT* Elements(SCATTER_GATHER_LIST* list) => (SCATTER_GATHER_ELEMENT*)(list + 1);
}
