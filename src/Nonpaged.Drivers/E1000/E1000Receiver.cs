using static Nonpaged.Drivers.E1000.RegisterBits;

namespace Nonpaged.Drivers.E1000;

/// <summary>Frames that the device has received.</summary>
internal static unsafe class E1000Receiver
{
    private const uint FewAtATime = 8;

    /// <summary>
    /// Indicates the frames of all descriptors that are done, and gives these back to the device. After some rounds of the ring
    /// others get their turn, and an interrupt that is asked for brings us back.
    /// </summary>
    public static void Receive(E1000Adapter* adapter)
    {
        uint budget = 4 * adapter->Descriptors;
        uint last = adapter->Descriptors;
        while (budget > 0
            && (Volatile.Read(ref adapter->ReceiveDescriptors[adapter->ReceiveNext].Status) & ReceiveDescriptor.DD) != 0)
        {
            last = adapter->ReceiveNext;
            Indicate(adapter, last);
            adapter->ReceiveDescriptors[last].Status = 0;
            adapter->ReceiveNext = adapter->Following(last);
            // Early enough that the device never runs dry while a long burst is being indicated.
            if (--budget % FewAtATime == 0) adapter->Write(Register.RDT, last);
        }

        if (last == adapter->Descriptors) return;
        adapter->Write(Register.RDT, last);
        NdisMEthIndicateReceiveComplete(adapter->Handle);
        if (budget == 0) adapter->Write(Register.ICS, ICR_RXT0);
    }

    /// <summary>The device's word on a length is not trusted beyond the buffer that it was given.</summary>
    private static void Indicate(E1000Adapter* adapter, uint index)
    {
        ReceiveDescriptor descriptor = adapter->ReceiveDescriptors[index];
        bool isEnd = (descriptor.Status & ReceiveDescriptor.EOP) != 0;
        bool isWhole = isEnd && !adapter->IsSkippingFrame;
        adapter->IsSkippingFrame = !isEnd;
        if (!isEnd) return;
        if (!isWhole
            || (descriptor.Errors & ReceiveDescriptor.FrameErrors) != 0
            || descriptor.Length is < (ushort)EthernetInformation.HeaderSize or > (ushort)E1000Adapter.BufferSize)
        {
            adapter->Statistics.ReceiveErrors++;
            return;
        }

        adapter->Statistics.ReceiveOk++;
        byte* frame = adapter->ReceiveBuffers.Address + (index * E1000Adapter.BufferSize);
        uint payload = descriptor.Length - EthernetInformation.HeaderSize;
        NdisMEthIndicateReceive(
            adapter->Handle,
            new NDIS_HANDLE((nint)frame),
            frame,
            EthernetInformation.HeaderSize,
            frame + EthernetInformation.HeaderSize,
            payload,
            payload);
    }
}
