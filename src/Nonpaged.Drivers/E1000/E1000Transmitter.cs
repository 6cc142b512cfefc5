namespace Nonpaged.Drivers.E1000;

/// <summary>Frames on their way out.</summary>
internal static unsafe class E1000Transmitter
{
    /// <summary>
    /// Queues the frames in order, and announces them together: each write of the tail has the device look at its ring. From the
    /// first frame on that there is no descriptor for, NDIS keeps the packets.
    /// </summary>
    public static void SendPackets(void* MiniportAdapterContext, NDIS_PACKET** PacketArray, uint NumberOfPackets)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        uint before = adapter->TransmitNext;
        for (uint index = 0u; index < NumberOfPackets; index++)
        {
            NDIS_STATUS status = Queue(adapter, PacketArray[index]);
            NDIS_SET_PACKET_STATUS(PacketArray[index], status);
            if (status == NDIS_STATUS_RESOURCES) break;
        }

        if (adapter->TransmitNext != before) adapter->Write(Register.TDT, adapter->TransmitNext);
    }

    /// <summary>
    /// Copies the frame into the next descriptor's buffer. The tail never reaches the head: a full ring would look empty.
    /// </summary>
    private static NDIS_STATUS Queue(E1000Adapter* adapter, NDIS_PACKET* packet)
    {
        uint index = adapter->TransmitNext;
        if (adapter->Following(index) == adapter->TransmitDone) return NDIS_STATUS_RESOURCES;

        uint offset = index * E1000Adapter.BufferSize;
        uint length = FrameCopy.FromPacket(packet, adapter->TransmitBuffers.Address + offset, E1000Adapter.BufferSize);
        if (length == 0) return NDIS_STATUS_INVALID_LENGTH;

        adapter->Packets[index] = (ulong)packet;
        adapter->TransmitDescriptors[index] = new TransmitDescriptor
        {
            BufferAddress = adapter->TransmitBuffers.PhysicalAt(offset),
            Length = (ushort)length,
            Command = TransmitDescriptor.EOP | TransmitDescriptor.IFCS | TransmitDescriptor.RS,
        };
        adapter->TransmitNext = adapter->Following(index);
        return NDIS_STATUS_PENDING;
    }

    public static void CompleteSends(E1000Adapter* adapter)
    {
        while (adapter->TransmitDone != adapter->TransmitNext)
        {
            uint index = adapter->TransmitDone;
            byte status = Volatile.Read(ref adapter->TransmitDescriptors[index].Status);
            if ((status & TransmitDescriptor.DD) == 0) return;

            bool failed = (status & TransmitDescriptor.TransmitErrors) != 0;
            if (failed) adapter->Statistics.TransmitErrors++;
            else adapter->Statistics.TransmitOk++;
            var packet = (NDIS_PACKET*)adapter->Packets[index];
            adapter->Packets[index] = 0;
            adapter->TransmitDone = adapter->Following(index);
            NdisMSendComplete(adapter->Handle, packet, failed ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
        }
    }
}
