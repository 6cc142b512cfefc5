using static Nonpaged.Drivers.Rtl8139.RegisterBits;

namespace Nonpaged.Drivers.Rtl8139;

/// <summary>What the driver answers to OIDs, and what they set.</summary>
internal static unsafe class Rtl8139Information
{
    private const uint MulticastListSize = 64;

    private const uint SupportedFilter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_MULTICAST
        | NDIS_PACKET_TYPE_ALL_MULTICAST | NDIS_PACKET_TYPE_PROMISCUOUS;

    public static NDIS_STATUS QueryInformation(
        void* MiniportAdapterContext,
        uint Oid,
        void* InformationBuffer,
        uint InformationBufferLength,
        out uint BytesWritten,
        out uint BytesNeeded)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        if (Oid == OID_GEN_RCV_NO_BUFFER) ReadMissed(adapter);
        var facts = new AdapterFacts
        {
            PermanentAddress = new ReadOnlySpan<byte>(adapter->PermanentAddress, 6),
            CurrentAddress = new ReadOnlySpan<byte>(adapter->CurrentAddress, 6),
            Description = "Realtek RTL8139 Fast Ethernet Controller\0"u8,
            LinkSpeed = (adapter->Read8(Register.MSR) & MSR_SPEED_10) != 0 ? 10u : 100u,
            IsLinkUp = adapter->IsLinkUp,
            TransmitSpace = adapter->TransmitBlock.Length,
            ReceiveSpace = adapter->ReceiveRing.Length,
            BlockSize = Rtl8139Adapter.TransmitBufferSize,
            PacketFilter = adapter->PacketFilter,
            MulticastListSize = MulticastListSize,
            Statistics = adapter->Statistics,
        };
        return EthernetInformation.Query(
            Oid, facts, InformationBuffer, InformationBufferLength, out BytesWritten, out BytesNeeded);
    }

    public static NDIS_STATUS SetInformation(
        void* MiniportAdapterContext,
        uint Oid,
        void* InformationBuffer,
        uint InformationBufferLength,
        out uint BytesRead,
        out uint BytesNeeded)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        BytesRead = InformationBufferLength;
        BytesNeeded = 0;
        switch (Oid)
        {
            case OID_GEN_CURRENT_PACKET_FILTER or OID_GEN_CURRENT_LOOKAHEAD when InformationBufferLength != sizeof(uint):
                BytesRead = 0;
                BytesNeeded = sizeof(uint);
                return NDIS_STATUS_INVALID_LENGTH;
            case OID_GEN_CURRENT_PACKET_FILTER:
                return SetPacketFilter(adapter, *(uint*)InformationBuffer);
            case OID_GEN_CURRENT_LOOKAHEAD:
                // Whole frames are indicated, whatever is asked for.
                return NDIS_STATUS_SUCCESS;
            case OID_802_3_MULTICAST_LIST:
                return SetMulticastList(adapter, (byte*)InformationBuffer, InformationBufferLength);
            default:
                BytesRead = 0;
                return NDIS_STATUS_INVALID_OID;
        }
    }

    /// <summary>Frames that are in the ring are indicated first: a change of RCR empties it.</summary>
    private static NDIS_STATUS SetPacketFilter(Rtl8139Adapter* adapter, uint filter)
    {
        if ((filter & ~SupportedFilter) != 0) return NDIS_STATUS_NOT_SUPPORTED;
        adapter->PacketFilter = filter;
        uint configuration = RCR_WHOLE_FRAMES | (adapter->ReceiveLengthCode << RCR_RBLEN_SHIFT);
        if ((filter & NDIS_PACKET_TYPE_DIRECTED) != 0) configuration |= RCR_APM;
        if ((filter & NDIS_PACKET_TYPE_BROADCAST) != 0) configuration |= RCR_AB;
        if ((filter & (NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST)) != 0) configuration |= RCR_AM;
        if ((filter & NDIS_PACKET_TYPE_PROMISCUOUS) != 0) configuration |= RCR_AAP | RCR_APM | RCR_AB | RCR_AM;
        if ((filter & (NDIS_PACKET_TYPE_ALL_MULTICAST | NDIS_PACKET_TYPE_PROMISCUOUS)) != 0)
            adapter->MulticastFilter = ulong.MaxValue;
        if (configuration == adapter->ReceiveConfiguration) return NDIS_STATUS_SUCCESS;
        Rtl8139Receiver.Receive(adapter);
        adapter->ReceiveConfiguration = configuration;
        Rtl8139Hardware.RestartReceiver(adapter);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>A bit of the filter stands for the upper six bits of the check sequence of an address.</summary>
    private static NDIS_STATUS SetMulticastList(Rtl8139Adapter* adapter, byte* addresses, uint length)
    {
        if (length % 6 != 0) return NDIS_STATUS_INVALID_LENGTH;
        if (length / 6 > MulticastListSize) return NDIS_STATUS_RESOURCES;
        adapter->MulticastFilter = 0;
        for (byte* address = addresses; address < addresses + length; address += 6)
            adapter->MulticastFilter |= 1ul << (int)(EthernetChecksum(address, 6) >> 26);
        if ((adapter->PacketFilter & (NDIS_PACKET_TYPE_ALL_MULTICAST | NDIS_PACKET_TYPE_PROMISCUOUS)) != 0)
            adapter->MulticastFilter = ulong.MaxValue;
        adapter->Write32(Register.MAR0, (uint)adapter->MulticastFilter);
        adapter->Write32(Register.MAR0 + 4, (uint)(adapter->MulticastFilter >> 32));
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>The CRC of IEEE 802.3, 3.2.9, highest bit first and not complemented.</summary>
    private static uint EthernetChecksum(byte* bytes, int length)
    {
        uint checksum = uint.MaxValue;
        for (int index = 0; index < length; index++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                uint carry = (checksum >> 31) ^ ((uint)(bytes[index] >> bit) & 1);
                checksum = (checksum << 1) ^ (carry * 0x04C11DB7);
            }
        }

        return checksum;
    }

    private static void ReadMissed(Rtl8139Adapter* adapter)
    {
        adapter->Statistics.ReceiveMissed += adapter->Read32(Register.MPC) & 0xffffff;
        adapter->Write32(Register.MPC, 0);
    }
}
