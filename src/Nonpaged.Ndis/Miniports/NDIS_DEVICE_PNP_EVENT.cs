namespace Nonpaged.Ndis;

/// <summary>What MiniportPnPEventNotify is told.</summary>
public enum NDIS_DEVICE_PNP_EVENT
{
    /// <summary>May the device be removed?</summary>
    NdisDevicePnPEventQueryRemoved = 0,

    /// <summary>The device is removed.</summary>
    NdisDevicePnPEventRemoved = 1,

    /// <summary>The device was taken away without a word before.</summary>
    NdisDevicePnPEventSurpriseRemoved = 2,

    /// <summary>May the device be stopped?</summary>
    NdisDevicePnPEventQueryStopped = 3,

    /// <summary>The device is stopped.</summary>
    NdisDevicePnPEventStopped = 4,

    /// <summary>The system runs on another source of power.</summary>
    NdisDevicePnPEventPowerProfileChanged = 5,
}
