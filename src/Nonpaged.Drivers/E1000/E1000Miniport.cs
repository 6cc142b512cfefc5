namespace Nonpaged.Drivers.E1000;

/// <summary>
/// An NDIS 5 miniport for Intel's 82540EM (8254x family) with legacy descriptor rings. Parameters: NetworkAddress;
/// *ReceiveBuffers, the number of receive and of transmit descriptors (8 to 256, default 64).
/// </summary>
public static unsafe class E1000Miniport
{
    /// <summary>The driver, as an INF file would describe it: 8086:100e.</summary>
    public static MiniportDriver Driver { get; } = new("e1000", DriverEntry, [new PciId(0x8086, 0x100e)]);

    private static NDIS_STATUS DriverEntry(void* DriverObject, void* RegistryPath)
    {
        NdisMInitializeWrapper(out NDIS_HANDLE wrapper, DriverObject, RegistryPath, null);
        var characteristics = new NDIS_MINIPORT_CHARACTERISTICS
        {
            MajorNdisVersion = 5,
            MinorNdisVersion = 0,
            CheckForHangHandler = E1000Hardware.CheckForHang,
            DisableInterruptHandler = E1000Interrupts.Disable,
            EnableInterruptHandler = E1000Interrupts.Enable,
            HaltHandler = E1000Startup.Halt,
            HandleInterruptHandler = E1000Interrupts.Handle,
            InitializeHandler = E1000Startup.Initialize,
            ISRHandler = E1000Interrupts.Isr,
            QueryInformationHandler = E1000Information.QueryInformation,
            ResetHandler = E1000Hardware.Reset,
            SendPacketsHandler = E1000Transmitter.SendPackets,
            SetInformationHandler = E1000Information.SetInformation,
        };
        NDIS_STATUS status = NdisMRegisterMiniport(wrapper, characteristics, 0);
        if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(wrapper, null);
        return status;
    }
}
