namespace Nonpaged.Ndis;

/// <summary>How a line signals (NdisMRegisterInterrupt, InterruptMode; KINTERRUPT_MODE).</summary>
public enum NDIS_INTERRUPT_MODE
{
    /// <summary>Raised until it is acknowledged: every PCI line.</summary>
    NdisInterruptLevelSensitive = 0,

    /// <summary>Signalled by an edge.</summary>
    NdisInterruptLatched = 1,
}
