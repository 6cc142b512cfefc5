using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>NDIS_PROTOCOL_CHARACTERISTICS of ndisprot.h, all versions up to 5.1. What an older version lacks is null.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeProtocolCharacteristics
{
    public byte MajorNdisVersion;
    public byte MinorNdisVersion;
    public ushort Filler;
    public uint Reserved;
    public delegate* unmanaged<nint, NDIS_STATUS, NDIS_STATUS, void> OpenAdapterCompleteHandler;
    public delegate* unmanaged<nint, NDIS_STATUS, void> CloseAdapterCompleteHandler;
    public delegate* unmanaged<nint, NDIS_PACKET*, NDIS_STATUS, void> SendCompleteHandler;
    public delegate* unmanaged<nint, NDIS_PACKET*, NDIS_STATUS, uint, void> TransferDataCompleteHandler;
    public delegate* unmanaged<nint, NDIS_STATUS, void> ResetCompleteHandler;
    public delegate* unmanaged<nint, NDIS_REQUEST*, NDIS_STATUS, void> RequestCompleteHandler;
    public delegate* unmanaged<nint, nint, void*, uint, void*, uint, uint, NDIS_STATUS> ReceiveHandler;
    public delegate* unmanaged<nint, void> ReceiveCompleteHandler;
    public delegate* unmanaged<nint, NDIS_STATUS, void*, uint, void> StatusHandler;
    public delegate* unmanaged<nint, void> StatusCompleteHandler;
    public NDIS_STRING Name;
    public delegate* unmanaged<nint, NDIS_PACKET*, int> ReceivePacketHandler;
    public delegate* unmanaged<NDIS_STATUS*, nint, NDIS_STRING*, void*, void*, void> BindAdapterHandler;
    public delegate* unmanaged<NDIS_STATUS*, nint, nint, void> UnbindAdapterHandler;
    public delegate* unmanaged<nint, NET_PNP_EVENT*, NDIS_STATUS> PnPEventHandler;
    public delegate* unmanaged<void> UnloadHandler;

    // What follows in NDIS 5 is for connections, and of no use here.
    private const int Version3 = 8 + (10 * 8) + 16;
    private const int Version4 = Version3 + (5 * 8);

    /// <summary>A copy; null where the length is too short for the version that the characteristics name.</summary>
    public static NativeProtocolCharacteristics? Read(NativeProtocolCharacteristics* source, uint length)
    {
        if (source == null || length < Version3) return null;
        int needed = source->MajorNdisVersion >= 4 ? Version4 : Version3;
        if (length < needed) return null;
        var copy = default(NativeProtocolCharacteristics);
        Buffer.MemoryCopy(source, &copy, sizeof(NativeProtocolCharacteristics), needed);
        return copy;
    }
}
