using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>What a packet carries beside its bytes (NDIS 4).</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NDIS_PACKET_OOB_DATA
{
    /// <summary>When to send, or when it was sent.</summary>
    public ulong TimeToSend;

    /// <summary>When it was received.</summary>
    public ulong TimeReceived;

    /// <summary>The bytes of the media header in the first buffer of an indicated packet.</summary>
    public uint HeaderSize;

    /// <summary>The bytes of media-specific information.</summary>
    public uint SizeMediaSpecificInfo;

    /// <summary>Media-specific information.</summary>
    public void* MediaSpecificInformation;

    /// <summary>The status that MiniportSendPackets, or a protocol that got the packet, sets.</summary>
    public NDIS_STATUS Status;
}
