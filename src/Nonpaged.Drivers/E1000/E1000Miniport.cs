namespace Nonpaged.Drivers.E1000;

/// <summary>
/// An NDIS 5 miniport for Intel's 82540EM (8254x family) with legacy descriptor rings. Parameters: NetworkAddress; *ReceiveBuffers, the
/// number of receive and of transmit descriptors (8 to 256, default 64).
/// </summary>
public static unsafe partial class E1000Miniport
{
    /// <summary>The driver, as an INF file would describe it: 8086:100e.</summary>
    public static MiniportDriver Driver { get; } = new("e1000", DriverEntry, [new PciId(0x8086, 0x100e)]);

    private static NDIS_STATUS DriverEntry(void* DriverObject, void* RegistryPath)
    {
        NdisMInitializeWrapper(out var wrapper, DriverObject, RegistryPath, null);
        var characteristics = new NDIS_MINIPORT_CHARACTERISTICS
        {
            MajorNdisVersion = 5,
            MinorNdisVersion = 0,
            CheckForHangHandler = CheckForHang,
            DisableInterruptHandler = DisableInterrupt,
            EnableInterruptHandler = EnableInterrupt,
            HaltHandler = Halt,
            HandleInterruptHandler = HandleInterrupt,
            InitializeHandler = Initialize,
            ISRHandler = Isr,
            QueryInformationHandler = QueryInformation,
            ResetHandler = Reset,
            SendPacketsHandler = SendPackets,
            SetInformationHandler = SetInformation,
        };
        var status = NdisMRegisterMiniport(wrapper, characteristics, 0);
        if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(wrapper, null);
        return status;
    }
}
