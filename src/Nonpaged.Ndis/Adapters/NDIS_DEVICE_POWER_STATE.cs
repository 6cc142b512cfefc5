namespace Nonpaged.Ndis;

/// <summary>How much power a device has (NDIS 5, "OID_PNP_SET_POWER").</summary>
public enum NDIS_DEVICE_POWER_STATE : uint
{
    /// <summary>Not known.</summary>
    NdisDeviceStateUnspecified,

    /// <summary>Full power.</summary>
    NdisDeviceStateD0,

    /// <summary>The least saving.</summary>
    NdisDeviceStateD1,

    /// <summary>More.</summary>
    NdisDeviceStateD2,

    /// <summary>Off, or nearly so.</summary>
    NdisDeviceStateD3,
}
