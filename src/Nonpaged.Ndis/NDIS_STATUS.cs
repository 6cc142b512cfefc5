namespace Nonpaged.Ndis;

/// <summary>The status that an NDIS call returns (NDIS 5, "NDIS_STATUS").</summary>
public enum NDIS_STATUS : uint
{
    /// <summary>The call did what was asked.</summary>
    NDIS_STATUS_SUCCESS = 0x00000000,

    /// <summary>The call completes later, through its completion function.</summary>
    NDIS_STATUS_PENDING = 0x00000103,

    /// <summary>The driver did not recognize its own interrupt or frame.</summary>
    NDIS_STATUS_NOT_RECOGNIZED = 0x00010001,

    /// <summary>The call accepted its input, and there was no need to copy it.</summary>
    NDIS_STATUS_NOT_ACCEPTED = 0x00010003,

    /// <summary>Status indication: the adapter is being reset.</summary>
    NDIS_STATUS_RESET_START = 0x40010004,

    /// <summary>Status indication: the reset is over.</summary>
    NDIS_STATUS_RESET_END = 0x40010005,

    /// <summary>The network cable was connected.</summary>
    NDIS_STATUS_MEDIA_CONNECT = 0x4001000B,

    /// <summary>The network cable was disconnected.</summary>
    NDIS_STATUS_MEDIA_DISCONNECT = 0x4001000C,

    /// <summary>There is more than the buffer takes; what fits was written.</summary>
    NDIS_STATUS_BUFFER_OVERFLOW = 0x80000005,

    /// <summary>The adapter cannot be reset at the moment.</summary>
    NDIS_STATUS_NOT_RESETTABLE = 0x80010001,

    /// <summary>An error that a reset may cure.</summary>
    NDIS_STATUS_SOFT_ERRORS = 0x80010003,

    /// <summary>An error of the hardware.</summary>
    NDIS_STATUS_HARD_ERRORS = 0x80010004,

    /// <summary>The adapter cannot be opened.</summary>
    NDIS_STATUS_OPEN_FAILED = 0xC0010007,

    /// <summary>The device does not work.</summary>
    NDIS_STATUS_DEVICE_FAILED = 0xC0010008,

    /// <summary>The multicast list takes no more addresses.</summary>
    NDIS_STATUS_MULTICAST_FULL = 0xC0010009,

    /// <summary>The adapter is being reset.</summary>
    NDIS_STATUS_RESET_IN_PROGRESS = 0xC001000D,

    /// <summary>The packet is malformed.</summary>
    NDIS_STATUS_INVALID_PACKET = 0xC001000F,

    /// <summary>The adapter is not ready.</summary>
    NDIS_STATUS_ADAPTER_NOT_READY = 0xC0010011,

    /// <summary>No cable is connected.</summary>
    NDIS_STATUS_NO_CABLE = 0xC001001F,

    /// <summary>The address is not one that the call takes.</summary>
    NDIS_STATUS_INVALID_ADDRESS = 0xC0010022,

    /// <summary>The call failed, and no other status says why.</summary>
    NDIS_STATUS_FAILURE = 0xC0000001,

    /// <summary>A resource has run out for the moment: descriptors, packets, memory.</summary>
    NDIS_STATUS_RESOURCES = 0xC000009A,

    /// <summary>The adapter or the binding is closing.</summary>
    NDIS_STATUS_CLOSING = 0xC0010002,

    /// <summary>The characteristics name a version that is not supported.</summary>
    NDIS_STATUS_BAD_VERSION = 0xC0010004,

    /// <summary>The characteristics lack what they must have.</summary>
    NDIS_STATUS_BAD_CHARACTERISTICS = 0xC0010005,

    /// <summary>There is no adapter of that name, or no such hardware.</summary>
    NDIS_STATUS_ADAPTER_NOT_FOUND = 0xC0010006,

    /// <summary>None of the offered media is the adapter's.</summary>
    NDIS_STATUS_UNSUPPORTED_MEDIA = 0xC0010019,

    /// <summary>The request was dropped by a reset or a halt.</summary>
    NDIS_STATUS_REQUEST_ABORTED = 0xC001000C,

    /// <summary>The data is too long or malformed.</summary>
    NDIS_STATUS_INVALID_DATA = 0xC0010015,

    /// <summary>The length of a packet or buffer does not fit.</summary>
    NDIS_STATUS_INVALID_LENGTH = 0xC0010014,

    /// <summary>The object identifier is not one of the adapter's.</summary>
    NDIS_STATUS_INVALID_OID = 0xC0010017,

    /// <summary>The buffer is too short; the call says how long it must be.</summary>
    NDIS_STATUS_BUFFER_TOO_SHORT = 0xC0010016,

    /// <summary>Hardware resources are missing or taken.</summary>
    NDIS_STATUS_RESOURCE_CONFLICT = 0xC001001E,

    /// <summary>The call is not supported.</summary>
    NDIS_STATUS_NOT_SUPPORTED = 0xC00000BB,

    /// <summary>The adapter was removed or halted.</summary>
    NDIS_STATUS_ADAPTER_REMOVED = 0xC0010018,

    /// <summary>The call did not copy its input.</summary>
    NDIS_STATUS_NOT_COPIED = 0x00010002,

    /// <summary>Status indication: a call is active.</summary>
    NDIS_STATUS_CALL_ACTIVE = 0x00010007,

    /// <summary>Status indication: the adapter is online.</summary>
    NDIS_STATUS_ONLINE = 0x40010003,

    /// <summary>Status indication of a token ring.</summary>
    NDIS_STATUS_RING_STATUS = 0x40010006,

    /// <summary>Status indication: the adapter was closed.</summary>
    NDIS_STATUS_CLOSED = 0x40010007,

    /// <summary>Status indication: the medium is busy.</summary>
    NDIS_STATUS_MEDIA_BUSY = 0x40010011,

    /// <summary>Status indication whose meaning the medium gives.</summary>
    NDIS_STATUS_MEDIA_SPECIFIC_INDICATION = 0x40010012,

    /// <summary>Status indication: the link has another speed.</summary>
    NDIS_STATUS_LINK_SPEED_CHANGE = 0x40010013,

    /// <summary>The multicast address is in the list already.</summary>
    NDIS_STATUS_MULTICAST_EXISTS = 0xC001000A,

    /// <summary>The multicast address is not in the list.</summary>
    NDIS_STATUS_MULTICAST_NOT_FOUND = 0xC001000B,

    /// <summary>The binding is closing while a frame is indicated to it.</summary>
    NDIS_STATUS_CLOSING_INDICATING = 0xC001000E,

    /// <summary>The adapter takes no more bindings.</summary>
    NDIS_STATUS_OPEN_LIST_FULL = 0xC0010010,

    /// <summary>The adapter is not open.</summary>
    NDIS_STATUS_ADAPTER_NOT_OPEN = 0xC0010012,

    /// <summary>No frame is being indicated.</summary>
    NDIS_STATUS_NOT_INDICATING = 0xC0010013,

    /// <summary>The group address of a token ring is in use.</summary>
    NDIS_STATUS_GROUP_ADDRESS_IN_USE = 0xC001001A,

    /// <summary>NdisOpenFile found no such file.</summary>
    NDIS_STATUS_FILE_NOT_FOUND = 0xC001001B,

    /// <summary>NdisOpenFile could not read the file.</summary>
    NDIS_STATUS_ERROR_READING_FILE = 0xC001001C,

    /// <summary>The file is mapped already.</summary>
    NDIS_STATUS_ALREADY_MAPPED = 0xC001001D,
}
