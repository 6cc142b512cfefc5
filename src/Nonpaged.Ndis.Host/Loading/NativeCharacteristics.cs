using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>NDIS_MINIPORT_CHARACTERISTICS of ndismini.h, all versions up to 5.1. What an older version lacks is null.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeCharacteristics
{
    public byte MajorNdisVersion;
    public byte MinorNdisVersion;
    public ushort Filler;
    public uint Reserved;
    public delegate* unmanaged<void*, byte> CheckForHangHandler;
    public delegate* unmanaged<void*, void> DisableInterruptHandler;
    public delegate* unmanaged<void*, void> EnableInterruptHandler;
    public delegate* unmanaged<void*, void> HaltHandler;
    public delegate* unmanaged<void*, void> HandleInterruptHandler;
    public delegate* unmanaged<NDIS_STATUS*, uint*, NDIS_MEDIUM*, uint, nint, nint, NDIS_STATUS> InitializeHandler;
    public delegate* unmanaged<byte*, byte*, void*, void> ISRHandler;
    public delegate* unmanaged<void*, uint, void*, uint, uint*, uint*, NDIS_STATUS> QueryInformationHandler;
    public delegate* unmanaged<NDIS_STATUS*, void*, nint, NDIS_STATUS> ReconfigureHandler;
    public delegate* unmanaged<byte*, void*, NDIS_STATUS> ResetHandler;
    public delegate* unmanaged<void*, NDIS_PACKET*, uint, NDIS_STATUS> SendHandler;
    public delegate* unmanaged<void*, uint, void*, uint, uint*, uint*, NDIS_STATUS> SetInformationHandler;
    public delegate* unmanaged<NDIS_PACKET*, uint*, void*, nint, uint, uint, NDIS_STATUS> TransferDataHandler;
    public delegate* unmanaged<void*, NDIS_PACKET*, void> ReturnPacketHandler;
    public delegate* unmanaged<void*, NDIS_PACKET**, uint, void> SendPacketsHandler;
    public delegate* unmanaged<void*, void*, NDIS_PHYSICAL_ADDRESS*, uint, void*, void> AllocateCompleteHandler;
    private fixed ulong _connectionOriented[6];
    public delegate* unmanaged<void*, void*, void> CancelSendPacketsHandler;
    public delegate* unmanaged<void*, uint, void*, uint, void> PnPEventNotifyHandler;
    public delegate* unmanaged<void*, void> AdapterShutdownHandler;
    private fixed ulong _reserved[4];

    private const int Version3 = 8 + (13 * 8);
    private const int Version4 = Version3 + (3 * 8);
    private const int Version5 = Version4 + (6 * 8);

    /// <summary>A copy; null where the length is too short for the version that the characteristics name.</summary>
    public static NativeCharacteristics? Read(NativeCharacteristics* source, uint length)
    {
        if (source == null || length < Version3) return null;
        int needed = (source->MajorNdisVersion, source->MinorNdisVersion) switch
        {
            (5, 1) => Version5 + (3 * 8),
            (5, _) => Version5,
            (4, _) => Version4,
            _ => Version3,
        };
        // A driver of NDIS 5 that hands over the shorter structure of NDIS 4 has no functions beyond it.
        if (length < Math.Min(needed, Version4) && source->MajorNdisVersion >= 4) return null;
        var copy = default(NativeCharacteristics);
        Buffer.MemoryCopy(
            source, &copy, sizeof(NativeCharacteristics), Math.Min(Math.Min(length, needed), sizeof(NativeCharacteristics)));
        return copy;
    }
}
