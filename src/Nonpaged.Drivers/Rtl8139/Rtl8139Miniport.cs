namespace Nonpaged.Drivers.Rtl8139;

/// <summary>
/// An NDIS 5 miniport for Realtek's RTL8139 in its classical mode: one receive ring, which must be physically contiguous and below
/// 4 GiB, and four transmit descriptors. Parameters: NetworkAddress; ReceiveRing, in KiB (8, 16, 32 or 64, default 32).
/// </summary>
public static unsafe partial class Rtl8139Miniport
{
    /// <summary>The driver, as an INF file would describe it: 10ec:8139.</summary>
    public static MiniportDriver Driver { get; } = new("rtl8139", DriverEntry, [new PciId(0x10ec, 0x8139)]);

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
            SendHandler = Send,
            SetInformationHandler = SetInformation,
        };
        var status = NdisMRegisterMiniport(wrapper, characteristics, 0);
        if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(wrapper, null);
        return status;
    }
}
