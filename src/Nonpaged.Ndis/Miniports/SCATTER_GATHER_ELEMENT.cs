using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>One physically contiguous piece of a packet.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SCATTER_GATHER_ELEMENT
{
    /// <summary>Where it starts.</summary>
    public NDIS_PHYSICAL_ADDRESS Address;

    /// <summary>Its length in bytes.</summary>
    public uint Length;

    /// <summary>NDIS's.</summary>
    public nuint Reserved;
}
