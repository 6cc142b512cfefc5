namespace Nonpaged.Drivers;

/// <summary>Copies a packet's buffers into a transmit buffer.</summary>
internal static unsafe class FrameCopy
{
    /// <summary>
    /// Copies a whole frame and fills it up with zeros to the shortest length. 0 where it is no Ethernet frame, or does not fit.
    /// </summary>
    public static uint FromPacket(NDIS_PACKET* packet, byte* destination, uint room)
    {
        NdisQueryPacket(packet, out _, out _, out NDIS_BUFFER* buffer, out uint total);
        if (total < EthernetInformation.HeaderSize || total > Math.Min(room, EthernetInformation.MaximumTotalSize)) return 0;

        uint copied = 0u;
        while (buffer is not null)
        {
            NdisQueryBufferSafe(buffer, out void* address, out uint length, 16);
            NdisMoveMemory(destination + copied, address, length);
            copied += length;
            NdisGetNextBuffer(buffer, out buffer);
        }

        if (copied >= EthernetInformation.MinimumTotalSize) return copied;
        NdisZeroMemory(destination + copied, EthernetInformation.MinimumTotalSize - copied);
        return EthernetInformation.MinimumTotalSize;
    }
}
