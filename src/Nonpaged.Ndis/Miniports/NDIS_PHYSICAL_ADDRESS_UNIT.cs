using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>One physically contiguous piece of a buffer (NdisMStartBufferPhysicalMapping).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NDIS_PHYSICAL_ADDRESS_UNIT
{
    /// <summary>Where it starts.</summary>
    public NDIS_PHYSICAL_ADDRESS PhysicalAddress;

    /// <summary>Its length in bytes.</summary>
    public uint Length;
}
