using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>What ProtocolPnPEvent is told or asked (NDIS 5, "NET_PNP_EVENT").</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NET_PNP_EVENT
{
    /// <summary>What happens.</summary>
    public NET_PNP_EVENT_CODE NetEvent;

    /// <summary>Of NetEventSetPower and NetEventQueryPower, an NDIS_DEVICE_POWER_STATE; otherwise NULL.</summary>
    public void* Buffer;

    /// <summary>The buffer's length in bytes.</summary>
    public uint BufferLength;

    /// <summary>NDIS's.</summary>
    public fixed ulong NdisReserved[4];

    /// <summary>The protocol's.</summary>
    public fixed ulong TransportReserved[4];

    /// <summary>That of TDI, which is not here.</summary>
    public fixed ulong TdiReserved[4];

    /// <summary>Those of TDI's clients.</summary>
    public fixed ulong TdiClientReserved[4];
}
