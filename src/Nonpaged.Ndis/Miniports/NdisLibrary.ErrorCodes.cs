namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>A resource is in use by other hardware.</summary>
    public const uint NDIS_ERROR_CODE_RESOURCE_CONFLICT = 0xC0001388;

    /// <summary>Memory or another resource could not be allocated.</summary>
    public const uint NDIS_ERROR_CODE_OUT_OF_RESOURCES = 0xC0001389;

    /// <summary>The hardware failed.</summary>
    public const uint NDIS_ERROR_CODE_HARDWARE_FAILURE = 0xC000138A;

    /// <summary>The adapter was not found.</summary>
    public const uint NDIS_ERROR_CODE_ADAPTER_NOT_FOUND = 0xC000138B;

    /// <summary>The interrupt could not be connected.</summary>
    public const uint NDIS_ERROR_CODE_INTERRUPT_CONNECT = 0xC000138C;

    /// <summary>The driver failed.</summary>
    public const uint NDIS_ERROR_CODE_DRIVER_FAILURE = 0xC000138D;

    /// <summary>The driver has the wrong version.</summary>
    public const uint NDIS_ERROR_CODE_BAD_VERSION = 0xC000138E;

    /// <summary>Something took too long.</summary>
    public const uint NDIS_ERROR_CODE_TIMEOUT = 0x8000138F;

    /// <summary>The configured network address is invalid.</summary>
    public const uint NDIS_ERROR_CODE_NETWORK_ADDRESS = 0xC0001390;
}
