using System.Runtime.InteropServices;

namespace Nonpaged.Drivers;

/// <summary>Answers the OIDs of an Ethernet adapter (NDIS 5, "General Objects" and "802.3 Objects").</summary>
internal static unsafe class EthernetInformation
{
    public const uint HeaderSize = 14;
    public const uint MaximumFrameSize = 1500;
    public const uint MaximumTotalSize = HeaderSize + MaximumFrameSize;

    /// <summary>The shortest frame without its check sequence (IEEE 802.3, 3.2.8): shorter ones are filled up.</summary>
    public const uint MinimumTotalSize = 60;

    public const uint MacOptions = NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA | NDIS_MAC_OPTION_RECEIVE_SERIALIZED
        | NDIS_MAC_OPTION_TRANSFERS_NOT_PEND | NDIS_MAC_OPTION_NO_LOOPBACK;

    private const ushort NdisVersion = 0x0500;
    private const uint DriverVersion = 0x00010000;

    private static ReadOnlySpan<uint> SupportedList =>
    [
        OID_GEN_SUPPORTED_LIST, OID_GEN_HARDWARE_STATUS, OID_GEN_MEDIA_SUPPORTED, OID_GEN_MEDIA_IN_USE, OID_GEN_MAXIMUM_LOOKAHEAD,
        OID_GEN_MAXIMUM_FRAME_SIZE, OID_GEN_MAXIMUM_TOTAL_SIZE, OID_GEN_LINK_SPEED, OID_GEN_TRANSMIT_BUFFER_SPACE,
        OID_GEN_RECEIVE_BUFFER_SPACE, OID_GEN_TRANSMIT_BLOCK_SIZE, OID_GEN_RECEIVE_BLOCK_SIZE, OID_GEN_VENDOR_ID,
        OID_GEN_VENDOR_DESCRIPTION, OID_GEN_VENDOR_DRIVER_VERSION, OID_GEN_DRIVER_VERSION, OID_GEN_CURRENT_PACKET_FILTER,
        OID_GEN_CURRENT_LOOKAHEAD, OID_GEN_MAC_OPTIONS, OID_GEN_MEDIA_CONNECT_STATUS, OID_GEN_MAXIMUM_SEND_PACKETS,
        OID_GEN_XMIT_OK, OID_GEN_RCV_OK, OID_GEN_XMIT_ERROR, OID_GEN_RCV_ERROR, OID_GEN_RCV_NO_BUFFER,
        OID_802_3_PERMANENT_ADDRESS, OID_802_3_CURRENT_ADDRESS, OID_802_3_MULTICAST_LIST, OID_802_3_MAXIMUM_LIST_SIZE,
        OID_802_3_RCV_ERROR_ALIGNMENT, OID_802_3_XMIT_ONE_COLLISION, OID_802_3_XMIT_MORE_COLLISIONS,
    ];

    /// <summary>MiniportQueryInformation, from the adapter's facts.</summary>
    public static NDIS_STATUS Query(
        uint oid, in AdapterFacts facts, void* buffer, uint length, out uint written, out uint needed)
    {
        switch (oid)
        {
            case OID_GEN_SUPPORTED_LIST:
                return Answer(MemoryMarshal.AsBytes(SupportedList), buffer, length, out written, out needed);
            case OID_GEN_VENDOR_DESCRIPTION:
                return Answer(facts.Description, buffer, length, out written, out needed);
            case OID_802_3_PERMANENT_ADDRESS:
                return Answer(facts.PermanentAddress, buffer, length, out written, out needed);
            case OID_802_3_CURRENT_ADDRESS:
                return Answer(facts.CurrentAddress, buffer, length, out written, out needed);
            case OID_GEN_DRIVER_VERSION:
                return Answer(MemoryMarshal.AsBytes([NdisVersion]), buffer, length, out written, out needed);
        }

        if (Number(oid, facts) is { } number)
            return Answer(MemoryMarshal.AsBytes([number]), buffer, length, out written, out needed);
        written = needed = 0;
        return NDIS_STATUS_INVALID_OID;
    }

    /// <summary>Copies an answer, or says how long the buffer must be.</summary>
    public static NDIS_STATUS Answer(ReadOnlySpan<byte> value, void* buffer, uint length, out uint written, out uint needed)
    {
        needed = (uint)value.Length;
        written = 0;
        if (length < needed) return NDIS_STATUS_BUFFER_TOO_SHORT;
        value.CopyTo(new Span<byte>(buffer, value.Length));
        written = needed;
        return NDIS_STATUS_SUCCESS;
    }

    private static uint? Number(uint oid, in AdapterFacts facts) => oid switch
    {
        OID_GEN_HARDWARE_STATUS => (uint)NDIS_HARDWARE_STATUS.NdisHardwareStatusReady,
        OID_GEN_MEDIA_SUPPORTED or OID_GEN_MEDIA_IN_USE => (uint)NDIS_MEDIUM.NdisMedium802_3,
        OID_GEN_MAXIMUM_LOOKAHEAD or OID_GEN_CURRENT_LOOKAHEAD or OID_GEN_MAXIMUM_FRAME_SIZE => MaximumFrameSize,
        OID_GEN_MAXIMUM_TOTAL_SIZE => MaximumTotalSize,
        OID_GEN_LINK_SPEED => facts.LinkSpeed * 10_000,
        OID_GEN_TRANSMIT_BUFFER_SPACE => facts.TransmitSpace,
        OID_GEN_RECEIVE_BUFFER_SPACE => facts.ReceiveSpace,
        OID_GEN_TRANSMIT_BLOCK_SIZE or OID_GEN_RECEIVE_BLOCK_SIZE => facts.BlockSize,
        OID_GEN_VENDOR_ID => VendorId(facts.PermanentAddress),
        OID_GEN_VENDOR_DRIVER_VERSION => DriverVersion,
        OID_GEN_CURRENT_PACKET_FILTER => facts.PacketFilter,
        OID_GEN_MAC_OPTIONS => MacOptions,
        OID_GEN_MEDIA_CONNECT_STATUS => (uint)(facts.IsLinkUp
            ? NDIS_MEDIA_STATE.NdisMediaStateConnected
            : NDIS_MEDIA_STATE.NdisMediaStateDisconnected),
        OID_GEN_MAXIMUM_SEND_PACKETS => facts.SendPackets,
        OID_802_3_MAXIMUM_LIST_SIZE => facts.MulticastListSize,
        _ => Count(oid, facts.Statistics),
    };

    private static uint? Count(uint oid, in AdapterStatistics statistics) => oid switch
    {
        OID_GEN_XMIT_OK => statistics.TransmitOk,
        OID_GEN_XMIT_ERROR => statistics.TransmitErrors,
        OID_GEN_RCV_OK => statistics.ReceiveOk,
        OID_GEN_RCV_ERROR => statistics.ReceiveErrors,
        OID_GEN_RCV_NO_BUFFER => statistics.ReceiveMissed,
        OID_802_3_RCV_ERROR_ALIGNMENT => statistics.AlignmentErrors,
        OID_802_3_XMIT_ONE_COLLISION or OID_802_3_XMIT_MORE_COLLISIONS => 0,
        _ => null,
    };

    // The first three bytes of the address, and 0xff in the fourth: no number of an adapter within the vendor's.
    private static uint VendorId(ReadOnlySpan<byte> address) =>
        address[0] | ((uint)address[1] << 8) | ((uint)address[2] << 16) | 0xff000000;
}
