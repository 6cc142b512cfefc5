namespace Nonpaged.Drivers.Rtl8139;

/// <summary>
/// An NDIS 5 miniport for Realtek's RTL8139 in its classical mode: one receive ring, which must be physically contiguous and
/// below 4 GiB, and four transmit descriptors. Parameters: NetworkAddress; ReceiveRing, in KiB (8, 16, 32 or 64, default 32).
/// </summary>
public static unsafe class Rtl8139Miniport
{
    /// <summary>The driver, as an INF file would describe it: 10ec:8139.</summary>
    public static MiniportDriver Driver { get; } = new("rtl8139", DriverEntry, [new PciId(0x10ec, 0x8139)]);

    private static NDIS_STATUS DriverEntry(void* DriverObject, void* RegistryPath)
    {
        NdisMInitializeWrapper(out NDIS_HANDLE wrapper, DriverObject, RegistryPath, null);
        var characteristics = new NDIS_MINIPORT_CHARACTERISTICS
        {
            MajorNdisVersion = 5,
            MinorNdisVersion = 0,
            CheckForHangHandler = Rtl8139Hardware.CheckForHang,
            DisableInterruptHandler = Rtl8139Interrupts.Disable,
            EnableInterruptHandler = Rtl8139Interrupts.Enable,
            HaltHandler = Rtl8139Startup.Halt,
            HandleInterruptHandler = Rtl8139Interrupts.Handle,
            InitializeHandler = Rtl8139Startup.Initialize,
            ISRHandler = Rtl8139Interrupts.Isr,
            QueryInformationHandler = Rtl8139Information.QueryInformation,
            ResetHandler = Rtl8139Hardware.Reset,
            SendHandler = Rtl8139Transmitter.Send,
            SetInformationHandler = Rtl8139Information.SetInformation,
        };
        NDIS_STATUS status = NdisMRegisterMiniport(wrapper, characteristics, 0);
        if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(wrapper, null);
        return status;
    }
}
