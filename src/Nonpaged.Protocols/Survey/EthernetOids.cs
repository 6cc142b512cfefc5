using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>What every Ethernet miniport of NDIS 5 must be able to tell.</summary>
internal static class EthernetOids
{
    // NDIS 5, "OIDs that a connectionless miniport must support": general and Ethernet ones.
    public static IReadOnlyList<(uint Oid, string Name)> All { get; } =
    [
        (OID_GEN_SUPPORTED_LIST, nameof(OID_GEN_SUPPORTED_LIST)),
        (OID_GEN_HARDWARE_STATUS, nameof(OID_GEN_HARDWARE_STATUS)),
        (OID_GEN_MEDIA_SUPPORTED, nameof(OID_GEN_MEDIA_SUPPORTED)),
        (OID_GEN_MEDIA_IN_USE, nameof(OID_GEN_MEDIA_IN_USE)),
        (OID_GEN_MAXIMUM_LOOKAHEAD, nameof(OID_GEN_MAXIMUM_LOOKAHEAD)),
        (OID_GEN_MAXIMUM_FRAME_SIZE, nameof(OID_GEN_MAXIMUM_FRAME_SIZE)),
        (OID_GEN_LINK_SPEED, nameof(OID_GEN_LINK_SPEED)),
        (OID_GEN_TRANSMIT_BUFFER_SPACE, nameof(OID_GEN_TRANSMIT_BUFFER_SPACE)),
        (OID_GEN_RECEIVE_BUFFER_SPACE, nameof(OID_GEN_RECEIVE_BUFFER_SPACE)),
        (OID_GEN_TRANSMIT_BLOCK_SIZE, nameof(OID_GEN_TRANSMIT_BLOCK_SIZE)),
        (OID_GEN_RECEIVE_BLOCK_SIZE, nameof(OID_GEN_RECEIVE_BLOCK_SIZE)),
        (OID_GEN_VENDOR_ID, nameof(OID_GEN_VENDOR_ID)),
        (OID_GEN_VENDOR_DESCRIPTION, nameof(OID_GEN_VENDOR_DESCRIPTION)),
        (OID_GEN_CURRENT_LOOKAHEAD, nameof(OID_GEN_CURRENT_LOOKAHEAD)),
        (OID_GEN_DRIVER_VERSION, nameof(OID_GEN_DRIVER_VERSION)),
        (OID_GEN_MAXIMUM_TOTAL_SIZE, nameof(OID_GEN_MAXIMUM_TOTAL_SIZE)),
        (OID_GEN_MAC_OPTIONS, nameof(OID_GEN_MAC_OPTIONS)),
        (OID_GEN_MEDIA_CONNECT_STATUS, nameof(OID_GEN_MEDIA_CONNECT_STATUS)),
        (OID_GEN_MAXIMUM_SEND_PACKETS, nameof(OID_GEN_MAXIMUM_SEND_PACKETS)),
        (OID_GEN_VENDOR_DRIVER_VERSION, nameof(OID_GEN_VENDOR_DRIVER_VERSION)),
        (OID_GEN_XMIT_OK, nameof(OID_GEN_XMIT_OK)),
        (OID_GEN_RCV_OK, nameof(OID_GEN_RCV_OK)),
        (OID_GEN_XMIT_ERROR, nameof(OID_GEN_XMIT_ERROR)),
        (OID_GEN_RCV_ERROR, nameof(OID_GEN_RCV_ERROR)),
        (OID_GEN_RCV_NO_BUFFER, nameof(OID_GEN_RCV_NO_BUFFER)),
        (OID_802_3_PERMANENT_ADDRESS, nameof(OID_802_3_PERMANENT_ADDRESS)),
        (OID_802_3_CURRENT_ADDRESS, nameof(OID_802_3_CURRENT_ADDRESS)),
        (OID_802_3_MULTICAST_LIST, nameof(OID_802_3_MULTICAST_LIST)),
        (OID_802_3_MAXIMUM_LIST_SIZE, nameof(OID_802_3_MAXIMUM_LIST_SIZE)),
    ];
}
