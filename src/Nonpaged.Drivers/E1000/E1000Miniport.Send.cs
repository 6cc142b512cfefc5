namespace Nonpaged.Drivers.E1000;

public static unsafe partial class E1000Miniport
{
    /// <summary>Copies the frame into the next descriptor's buffer. The tail never reaches the head: a full ring would look empty.</summary>
    private static NDIS_STATUS Send(void* MiniportAdapterContext, NDIS_PACKET* Packet, uint Flags)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        var index = adapter->TransmitNext;
        if (adapter->Following(index) == adapter->TransmitDone) return NDIS_STATUS_RESOURCES;

        var offset = index * E1000Adapter.BufferSize;
        var length = FrameCopy.FromPacket(Packet, adapter->TransmitBuffers.Address + offset, E1000Adapter.BufferSize);
        if (length == 0) return NDIS_STATUS_INVALID_LENGTH;

        adapter->Packets[index] = (ulong)Packet;
        adapter->TransmitDescriptors[index] = new TransmitDescriptor
        {
            BufferAddress = adapter->TransmitBuffers.PhysicalAt(offset),
            Length = (ushort)length,
            Command = TransmitDescriptor.EOP | TransmitDescriptor.IFCS | TransmitDescriptor.RS,
        };
        adapter->TransmitNext = adapter->Following(index);
        adapter->Write(Register.TDT, adapter->TransmitNext);
        return NDIS_STATUS_PENDING;
    }

    private static void CompleteSends(E1000Adapter* adapter)
    {
        while (adapter->TransmitDone != adapter->TransmitNext)
        {
            var index = adapter->TransmitDone;
            var status = Volatile.Read(ref adapter->TransmitDescriptors[index].Status);
            if ((status & TransmitDescriptor.DD) == 0) return;

            var failed = (status & TransmitDescriptor.TransmitErrors) != 0;
            if (failed) adapter->Statistics.TransmitErrors++;
            else adapter->Statistics.TransmitOk++;
            var packet = (NDIS_PACKET*)adapter->Packets[index];
            adapter->Packets[index] = 0;
            adapter->TransmitDone = adapter->Following(index);
            NdisMSendComplete(adapter->Handle, packet, failed ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
        }
    }
}
