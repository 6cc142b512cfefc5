using static Nonpaged.Drivers.Rtl8139.RegisterBits;

namespace Nonpaged.Drivers.Rtl8139;

/// <summary>Frames on their way out.</summary>
internal static unsafe class Rtl8139Transmitter
{
    /// <summary>
    /// Copies the frame into a buffer and starts the next of the four descriptors, which the device takes strictly in turn.
    /// </summary>
    public static NDIS_STATUS Send(void* MiniportAdapterContext, NDIS_PACKET* Packet, uint Flags)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        if (adapter->TransmitStarted - adapter->TransmitDone >= adapter->TransmitBuffers) return NDIS_STATUS_RESOURCES;

        uint offset = adapter->TransmitStarted % adapter->TransmitBuffers * Rtl8139Adapter.TransmitBufferSize;
        uint length = FrameCopy.FromPacket(Packet, adapter->TransmitBlock.Address + offset, Rtl8139Adapter.TransmitBufferSize);
        if (length == 0) return NDIS_STATUS_INVALID_LENGTH;

        uint descriptor = adapter->TransmitStarted % Rtl8139Adapter.TransmitDescriptors;
        adapter->Packets[descriptor] = (ulong)Packet;
        adapter->TransmitStarted++;
        adapter->Write32(Register.TSAD0 + (4 * descriptor), (uint)adapter->TransmitBlock.PhysicalAt(offset));
        // Writing the length clears OWN, and starts.
        adapter->Write32(Register.TSD0 + (4 * descriptor), length | TSD_ERTXTH);
        return NDIS_STATUS_PENDING;
    }

    public static void CompleteSends(Rtl8139Adapter* adapter)
    {
        while (adapter->TransmitDone != adapter->TransmitStarted)
        {
            uint descriptor = adapter->TransmitDone % Rtl8139Adapter.TransmitDescriptors;
            uint status = adapter->Read32(Register.TSD0 + (4 * descriptor));
            if ((status & TSD_OWN) == 0 || (status & (TSD_TOK | TSD_TUN | TSD_TABT)) == 0) return;

            bool isSent = (status & TSD_TOK) != 0;
            if (isSent) adapter->Statistics.TransmitOk++;
            else adapter->Statistics.TransmitErrors++;
            // An aborted frame stops the transmitter until the abort is cleared.
            if ((status & TSD_TABT) != 0) adapter->Write32(Register.TCR, TCR_NORMAL | TCR_CLRABT);
            var packet = (NDIS_PACKET*)adapter->Packets[descriptor];
            adapter->Packets[descriptor] = 0;
            adapter->TransmitDone++;
            NdisMSendComplete(adapter->Handle, packet, isSent ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
        }
    }
}
