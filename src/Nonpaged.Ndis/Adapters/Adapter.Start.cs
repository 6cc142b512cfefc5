namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];


    internal ConfigurationContext? WrapperConfiguration { get; private set; }

    /// <summary>Runs MiniportInitialize in the serial context. Where it fails, nothing of the adapter is left.</summary>
    internal NDIS_STATUS Start()
    {
        var status = NDIS_STATUS_FAILURE;
        Turn.Run(() => status = Initialize());
        if (status == NDIS_STATUS_SUCCESS)
        {
            WatchMachine();
            return status;
        }

        Turn.Dispose();
        return status;
    }

    internal void SetAttributes(void* miniportContext, uint checkForHangSeconds, bool busMaster, bool isDeserialized)
    {
        Miniport.SetAttributes(miniportContext, isDeserialized);
        _hangCheckSeconds = checkForHangSeconds == 0 ? 2 : checkForHangSeconds;
        Bus.SetBusMaster(busMaster);
    }

    internal void SetDmaLimit(bool dma64BitAddresses) =>
        DmaLimit = dma64BitAddresses ? PhysicalAddress.Max : new PhysicalAddress(uint.MaxValue);

    private NDIS_STATUS Initialize()
    {
        Bus.ChangeCommand(set: PciCommand.IoSpace | PciCommand.MemorySpace);
        WrapperConfiguration = new ConfigurationContext(this);
        var configuration = Instance.Handles.Add(WrapperConfiguration);
        var selected = 0u;
        var openError = NDIS_STATUS_SUCCESS;
        var status = Call(nameof(Functions.InitializeHandler), Irql.PASSIVE_LEVEL, NDIS_STATUS_FAILURE, () =>
        {
            fixed (NDIS_MEDIUM* media = s_media)
            {
                return Functions.InitializeHandler!(
                    out openError, out selected, media, (uint)s_media.Length, Handle, configuration);
            }
        });
        Instance.Handles.Remove(configuration);
        status = CheckInitialization(status, selected);
        if (status == NDIS_STATUS_SUCCESS)
        {
            _initialized = true;
            _state = AdapterState.Running;
            MacAddress = QueryMacAddress();
            AskForSendBatch();
            ScheduleHangCheck();
            return status;
        }

        _state = AdapterState.Halting;
        GiveBack("A failed MiniportInitialize");
        Finish("A failed MiniportInitialize");
        return status;
    }

    private NDIS_STATUS CheckInitialization(NDIS_STATUS status, uint selected)
    {
        var rule = (status, Miniport.HasAttributes, selected) switch
        {
            (NDIS_STATUS_SUCCESS, false, _) => "MiniportInitialize succeeded without NdisMSetAttributes.",
            (NDIS_STATUS_SUCCESS, _, not 0) => $"MiniportInitialize selected medium {selected}; 1 was offered, of index 0.",
            (NDIS_STATUS_PENDING, _, _) => "MiniportInitialize returned NDIS_STATUS_PENDING, which it may not.",
            _ => null,
        };
        if (rule is null) return status;

        Report(NdisReportKind.BrokenRule, nameof(Functions.InitializeHandler), rule);
        // The driver believes that it runs; only its own halt function knows how to stop the hardware.
        if (status == NDIS_STATUS_SUCCESS && Miniport.HasAttributes) Miniport.Halt();
        return NDIS_STATUS_FAILURE;
    }
}
