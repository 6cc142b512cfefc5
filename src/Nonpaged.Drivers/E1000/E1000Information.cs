using static Nonpaged.Drivers.E1000.RegisterBits;

namespace Nonpaged.Drivers.E1000;

/// <summary>What the driver answers to OIDs, and what they set.</summary>
internal static unsafe class E1000Information
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
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        if (Oid is OID_GEN_RCV_ERROR or OID_GEN_RCV_NO_BUFFER or OID_802_3_RCV_ERROR_ALIGNMENT) ReadStatistics(adapter);
        var facts = new AdapterFacts
        {
            PermanentAddress = new ReadOnlySpan<byte>(adapter->PermanentAddress, 6),
            CurrentAddress = new ReadOnlySpan<byte>(adapter->CurrentAddress, 6),
            Description = "Intel 8254x Gigabit Ethernet Controller\0"u8,
            LinkSpeed = LinkSpeed(adapter),
            IsLinkUp = adapter->IsLinkUp,
            TransmitSpace = adapter->TransmitBuffers.Length,
            ReceiveSpace = adapter->ReceiveBuffers.Length,
            BlockSize = E1000Adapter.BufferSize,
            // A peer with a ring as short as ours loses what comes in longer bursts.
            SendPackets = adapter->Descriptors / 4,
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
        var adapter = (E1000Adapter*)MiniportAdapterContext;
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

    /// <summary>
    /// RCTL is written only where it changes: in QEMU's model the receiver then rests for a second.
    /// </summary>
    private static NDIS_STATUS SetPacketFilter(E1000Adapter* adapter, uint filter)
    {
        if ((filter & ~SupportedFilter) != 0) return NDIS_STATUS_NOT_SUPPORTED;
        adapter->PacketFilter = filter;
        uint control = filter == 0 ? 0 : RCTL_EN | RCTL_SECRC;
        if ((filter & NDIS_PACKET_TYPE_BROADCAST) != 0) control |= RCTL_BAM;
        if ((filter & NDIS_PACKET_TYPE_ALL_MULTICAST) != 0) control |= RCTL_MPE;
        if ((filter & NDIS_PACKET_TYPE_PROMISCUOUS) != 0) control |= RCTL_UPE | RCTL_MPE | RCTL_BAM;
        if (control == adapter->ReceiveControl) return NDIS_STATUS_SUCCESS;
        adapter->ReceiveControl = control;
        adapter->Write(Register.RCTL, control);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>A bit of the table stands for bits 47:36 of an address, RCTL.MO being 0, 13.5.1.</summary>
    private static NDIS_STATUS SetMulticastList(E1000Adapter* adapter, byte* addresses, uint length)
    {
        if (length % 6 != 0) return NDIS_STATUS_INVALID_LENGTH;
        if (length / 6 > MulticastListSize) return NDIS_STATUS_RESOURCES;
        Span<uint> table = stackalloc uint[(int)E1000Hardware.MulticastWords];
        table.Clear();
        for (byte* address = addresses; address < addresses + length; address += 6)
        {
            uint bit = ((uint)address[4] >> 4) | ((uint)address[5] << 4);
            table[(int)(bit >> 5)] |= 1u << (int)(bit & 31);
        }

        for (int word = 0; word < table.Length; word++) adapter->Write(Register.MTA + (4 * (uint)word), table[word]);
        return NDIS_STATUS_SUCCESS;
    }

    private static uint LinkSpeed(E1000Adapter* adapter) => ((adapter->Read(Register.STATUS) >> STATUS_SPEED_SHIFT) & 3) switch
    {
        0 => 10,
        1 => 100,
        _ => 1000,
    };

    private static void ReadStatistics(E1000Adapter* adapter)
    {
        uint alignment = adapter->Read(Register.ALGNERRC);
        adapter->Statistics.AlignmentErrors += alignment;
        adapter->Statistics.ReceiveErrors +=
            alignment + adapter->Read(Register.CRCERRS) + adapter->Read(Register.RXERRC) + adapter->Read(Register.RLEC);
        adapter->Statistics.ReceiveMissed += adapter->Read(Register.MPC);
    }
}
