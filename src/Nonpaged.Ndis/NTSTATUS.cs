namespace Nonpaged.Ndis;

/// <summary>
/// What a request to a driver's device ended with ([MS-ERREF] 2.3). A driver may return values that have no name here.
/// </summary>
public enum NTSTATUS : uint
{
    /// <summary>The request was done.</summary>
    STATUS_SUCCESS = 0x00000000,

    /// <summary>The driver completes the request later.</summary>
    STATUS_PENDING = 0x00000103,

    /// <summary>There is more than the buffer takes; what fits was written.</summary>
    STATUS_BUFFER_OVERFLOW = 0x80000005,

    /// <summary>The request failed, and no other status says why.</summary>
    STATUS_UNSUCCESSFUL = 0xC0000001,

    /// <summary>A parameter makes no sense.</summary>
    STATUS_INVALID_PARAMETER = 0xC000000D,

    /// <summary>The device does not exist, or is not ready to be opened.</summary>
    STATUS_NO_SUCH_DEVICE = 0xC000000E,

    /// <summary>The driver does not take such requests.</summary>
    STATUS_INVALID_DEVICE_REQUEST = 0xC0000010,

    /// <summary>A completion routine keeps the request from completing.</summary>
    STATUS_MORE_PROCESSING_REQUIRED = 0xC0000016,

    /// <summary>The device is open already, and can be opened once.</summary>
    STATUS_ACCESS_DENIED = 0xC0000022,

    /// <summary>The buffer is too small.</summary>
    STATUS_BUFFER_TOO_SMALL = 0xC0000023,

    /// <summary>A name is none: it must begin with a backslash.</summary>
    STATUS_OBJECT_NAME_INVALID = 0xC0000033,

    /// <summary>No device or link has that name.</summary>
    STATUS_OBJECT_NAME_NOT_FOUND = 0xC0000034,

    /// <summary>There is a device or link of that name.</summary>
    STATUS_OBJECT_NAME_COLLISION = 0xC0000035,

    /// <summary>There is too little memory, or too much is outstanding.</summary>
    STATUS_INSUFFICIENT_RESOURCES = 0xC000009A,

    /// <summary>The device cannot do that now.</summary>
    STATUS_DEVICE_NOT_READY = 0xC00000A3,

    /// <summary>The driver knows no such control code.</summary>
    STATUS_NOT_SUPPORTED = 0xC00000BB,

    /// <summary>The request was cancelled.</summary>
    STATUS_CANCELLED = 0xC0000120,

    /// <summary>A buffer is longer than this device takes.</summary>
    STATUS_INVALID_BUFFER_SIZE = 0xC0000206,

    /// <summary>The device was deleted.</summary>
    STATUS_DEVICE_REMOVED = 0xC00002B6,
}
