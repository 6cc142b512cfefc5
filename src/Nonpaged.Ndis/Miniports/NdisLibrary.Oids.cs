namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>The OIDs that the miniport knows.</summary>
    public const uint OID_GEN_SUPPORTED_LIST = 0x00010101;

    /// <summary>NDIS_HARDWARE_STATUS.</summary>
    public const uint OID_GEN_HARDWARE_STATUS = 0x00010102;

    /// <summary>The media that it can drive.</summary>
    public const uint OID_GEN_MEDIA_SUPPORTED = 0x00010103;

    /// <summary>The media that it drives.</summary>
    public const uint OID_GEN_MEDIA_IN_USE = 0x00010104;

    /// <summary>The most bytes of look-ahead that it can give.</summary>
    public const uint OID_GEN_MAXIMUM_LOOKAHEAD = 0x00010105;

    /// <summary>The longest frame in bytes, without header.</summary>
    public const uint OID_GEN_MAXIMUM_FRAME_SIZE = 0x00010106;

    /// <summary>The link's speed in units of 100 bit/s.</summary>
    public const uint OID_GEN_LINK_SPEED = 0x00010107;

    /// <summary>Bytes of memory for transmission.</summary>
    public const uint OID_GEN_TRANSMIT_BUFFER_SPACE = 0x00010108;

    /// <summary>Bytes of memory for reception.</summary>
    public const uint OID_GEN_RECEIVE_BUFFER_SPACE = 0x00010109;

    /// <summary>The unit in bytes of transmit memory.</summary>
    public const uint OID_GEN_TRANSMIT_BLOCK_SIZE = 0x0001010A;

    /// <summary>The unit in bytes of receive memory.</summary>
    public const uint OID_GEN_RECEIVE_BLOCK_SIZE = 0x0001010B;

    /// <summary>The IEEE vendor code in three bytes.</summary>
    public const uint OID_GEN_VENDOR_ID = 0x0001010C;

    /// <summary>A terminated string that names the adapter.</summary>
    public const uint OID_GEN_VENDOR_DESCRIPTION = 0x0001010D;

    /// <summary>The NDIS_PACKET_TYPE bits of what is to be received.</summary>
    public const uint OID_GEN_CURRENT_PACKET_FILTER = 0x0001010E;

    /// <summary>The bytes of look-ahead that the protocol wants.</summary>
    public const uint OID_GEN_CURRENT_LOOKAHEAD = 0x0001010F;

    /// <summary>The NDIS version, major byte and minor byte.</summary>
    public const uint OID_GEN_DRIVER_VERSION = 0x00010110;

    /// <summary>The longest frame in bytes, with header.</summary>
    public const uint OID_GEN_MAXIMUM_TOTAL_SIZE = 0x00010111;

    /// <summary>The NDIS_MAC_OPTION bits.</summary>
    public const uint OID_GEN_MAC_OPTIONS = 0x00010113;

    /// <summary>NDIS_MEDIA_STATE.</summary>
    public const uint OID_GEN_MEDIA_CONNECT_STATUS = 0x00010114;

    /// <summary>The most packets that MiniportSendPackets takes at a time.</summary>
    public const uint OID_GEN_MAXIMUM_SEND_PACKETS = 0x00010115;

    /// <summary>The driver's own version.</summary>
    public const uint OID_GEN_VENDOR_DRIVER_VERSION = 0x00010116;

    /// <summary>The GUIDs of the driver's own objects and statuses.</summary>
    public const uint OID_GEN_SUPPORTED_GUIDS = 0x00010117;

    /// <summary>What the adapter can do to save power; a miniport that knows it takes part in suspend and resume.</summary>
    public const uint OID_PNP_CAPABILITIES = 0xFD010100;

    /// <summary>Sets the adapter's power state (NDIS_DEVICE_POWER_STATE).</summary>
    public const uint OID_PNP_SET_POWER = 0xFD010101;

    /// <summary>A query: can the adapter go to the power state in the buffer?</summary>
    public const uint OID_PNP_QUERY_POWER = 0xFD010102;

    /// <summary>Frames sent.</summary>
    public const uint OID_GEN_XMIT_OK = 0x00020101;

    /// <summary>Frames received.</summary>
    public const uint OID_GEN_RCV_OK = 0x00020102;

    /// <summary>Frames that failed to be sent.</summary>
    public const uint OID_GEN_XMIT_ERROR = 0x00020103;

    /// <summary>Frames received with an error.</summary>
    public const uint OID_GEN_RCV_ERROR = 0x00020104;

    /// <summary>Frames missed for want of receive buffers.</summary>
    public const uint OID_GEN_RCV_NO_BUFFER = 0x00020105;

    /// <summary>The address in the adapter's memory.</summary>
    public const uint OID_802_3_PERMANENT_ADDRESS = 0x01010101;

    /// <summary>The address in use.</summary>
    public const uint OID_802_3_CURRENT_ADDRESS = 0x01010102;

    /// <summary>The multicast addresses to receive.</summary>
    public const uint OID_802_3_MULTICAST_LIST = 0x01010103;

    /// <summary>The most multicast addresses that the miniport takes.</summary>
    public const uint OID_802_3_MAXIMUM_LIST_SIZE = 0x01010104;

    /// <summary>Frames received with an alignment error.</summary>
    public const uint OID_802_3_RCV_ERROR_ALIGNMENT = 0x01020101;

    /// <summary>Frames sent after one collision.</summary>
    public const uint OID_802_3_XMIT_ONE_COLLISION = 0x01020102;

    /// <summary>Frames sent after more than one collision.</summary>
    public const uint OID_802_3_XMIT_MORE_COLLISIONS = 0x01020103;

    /// <summary>Frames to the adapter's own address.</summary>
    public const uint NDIS_PACKET_TYPE_DIRECTED = 0x0001;

    /// <summary>Frames to the addresses of the multicast list.</summary>
    public const uint NDIS_PACKET_TYPE_MULTICAST = 0x0002;

    /// <summary>Frames to any multicast address.</summary>
    public const uint NDIS_PACKET_TYPE_ALL_MULTICAST = 0x0004;

    /// <summary>Frames to the broadcast address.</summary>
    public const uint NDIS_PACKET_TYPE_BROADCAST = 0x0008;

    /// <summary>All frames.</summary>
    public const uint NDIS_PACKET_TYPE_PROMISCUOUS = 0x0020;

    /// <summary>Look-ahead data may be copied by any means.</summary>
    public const uint NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA = 0x00000001;

    /// <summary>Frames are indicated in deferred handling only.</summary>
    public const uint NDIS_MAC_OPTION_RECEIVE_SERIALIZED = 0x00000002;

    /// <summary>A transfer never pends.</summary>
    public const uint NDIS_MAC_OPTION_TRANSFERS_NOT_PEND = 0x00000004;

    /// <summary>The miniport does not loop frames back by itself.</summary>
    public const uint NDIS_MAC_OPTION_NO_LOOPBACK = 0x00000008;
}
