namespace Nonpaged.Ndis;

/// <summary>The answer to OID_GEN_HARDWARE_STATUS.</summary>
public enum NDIS_HARDWARE_STATUS : uint
{
    /// <summary>Ready to send and receive.</summary>
    NdisHardwareStatusReady = 0,

    /// <summary>Being initialized.</summary>
    NdisHardwareStatusInitializing = 1,

    /// <summary>Being reset.</summary>
    NdisHardwareStatusReset = 2,

    /// <summary>Being halted.</summary>
    NdisHardwareStatusClosing = 3,

    /// <summary>Not usable.</summary>
    NdisHardwareStatusNotReady = 4,
}
