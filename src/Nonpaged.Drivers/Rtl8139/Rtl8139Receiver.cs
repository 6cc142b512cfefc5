using System.Runtime.CompilerServices;
using static Nonpaged.Drivers.Rtl8139.RegisterBits;

namespace Nonpaged.Drivers.Rtl8139;

/// <summary>Frames that the device has received.</summary>
internal static unsafe class Rtl8139Receiver
{
    private const uint ShortestRecord = 64;

    /// <summary>
    /// Indicates what is in the ring, at most as many frames as it can hold at a time. True where it was drained.
    /// </summary>
    public static bool Receive(Rtl8139Adapter* adapter)
    {
        uint budget = adapter->RingLength / ShortestRecord;
        uint frames = 0u;
        while (frames < budget && (adapter->Read8(Register.CR) & CR_BUFE) == 0)
        {
            ReceiveHeader header = Unsafe.ReadUnaligned<ReceiveHeader>(adapter->ReceiveRing.Address + adapter->ReceiveOffset);
            if (header.Length == ReceiveHeader.StillCopying) break;
            if (!IsWhole(header))
            {
                CountError(adapter, header);
                Rtl8139Hardware.RestartReceiver(adapter);
                break;
            }

            Indicate(adapter, header.Length - ReceiveHeader.CheckSequence);
            frames++;
            // The next header is on the next multiple of 4, around the end where it must be.
            uint next = adapter->ReceiveOffset + (uint)sizeof(ReceiveHeader) + header.Length;
            adapter->ReceiveOffset = ((next + 3) & ~3u) % adapter->RingLength;
            Rtl8139Hardware.WriteReadPointer(adapter);
        }

        if (frames > 0) NdisMEthIndicateReceiveComplete(adapter->Handle);
        return frames < budget;
    }

    /// <summary>
    /// The device's word on a length is not trusted: a wrong one would carry the driver out of the ring and out of step.
    /// </summary>
    private static bool IsWhole(in ReceiveHeader header) =>
        (header.Status & ReceiveHeader.ROK) != 0
        && header.Length >= EthernetInformation.HeaderSize + ReceiveHeader.CheckSequence
        && header.Length <= Rtl8139Adapter.LongestFrame + ReceiveHeader.CheckSequence;

    private static void CountError(Rtl8139Adapter* adapter, in ReceiveHeader header)
    {
        adapter->Statistics.ReceiveErrors++;
        if ((header.Status & ReceiveHeader.FAE) != 0) adapter->Statistics.AlignmentErrors++;
    }

    private static void Indicate(Rtl8139Adapter* adapter, uint length)
    {
        adapter->Statistics.ReceiveOk++;
        uint start = (adapter->ReceiveOffset + (uint)sizeof(ReceiveHeader)) % adapter->RingLength;
        uint untilEnd = adapter->RingLength - start;
        byte* frame = adapter->ReceiveRing.Address + start;
        if (length > untilEnd)
        {
            NdisMoveMemory(adapter->WrappedFrame, frame, untilEnd);
            NdisMoveMemory(adapter->WrappedFrame + untilEnd, adapter->ReceiveRing.Address, length - untilEnd);
            frame = adapter->WrappedFrame;
        }

        uint payload = length - EthernetInformation.HeaderSize;
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
