namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private void* _miniportContext;
    private bool _attributesSet;
    private bool _isDeserialized;
    private volatile bool _faulted;

    /// <summary>The bus master bit was asked for in NdisMSetAttributes.</summary>
    internal bool IsBusMaster { get; private set; }

    /// <summary>
    /// The device may write to memory: it was made a bus master, by the driver's attributes or by its own write to the command register. Others act on the ports alone, and what
    /// is written to these need not be waited for before a register is read or the interrupt line looked at.
    /// </summary>
    internal bool MayWriteMemory { get; private set; }

    internal ConfigurationContext? WrapperConfiguration { get; private set; }

    /// <summary>Runs MiniportInitialize in the serial context. Where it fails, nothing of the adapter is left.</summary>
    internal NDIS_STATUS Start()
    {
        var status = NDIS_STATUS_FAILURE;
        _serial.Run(() => status = Initialize());
        if (status == NDIS_STATUS_SUCCESS)
        {
            WatchMachine();
            return status;
        }

        _serial.Dispose();
        return status;
    }

    internal void SetAttributes(void* miniportContext, uint checkForHangSeconds, bool busMaster, bool isDeserialized)
    {
        _isDeserialized = isDeserialized;
        _miniportContext = miniportContext;
        _attributesSet = true;
        _hangCheckSeconds = checkForHangSeconds == 0 ? 2 : checkForHangSeconds;
        IsBusMaster = busMaster;
        if (!busMaster) return;
        MayWriteMemory = true;
        ChangeCommand(set: PciCommand.BusMaster);
    }

    /// <summary>A driver writes to its device's configuration space, where the command register is at 4.</summary>
    internal void WatchCommand(uint offset, uint length)
    {
        if (offset < 6 && offset + length > 4) MayWriteMemory = true;
    }

    /// <summary>A miniport hands over its context before it claims hardware, so that an early interrupt finds it.</summary>
    internal void RequireAttributes(string call)
    {
        if (_attributesSet) return;
        ReportOnce(
            NdisReportKind.BrokenRule, call, "Hardware was claimed before NdisMSetAttributes handed over the adapter's context.");
    }

    internal void SetDmaLimit(bool dma64BitAddresses) =>
        DmaLimit = dma64BitAddresses ? PhysicalAddress.Max : new PhysicalAddress(uint.MaxValue);

    private NDIS_STATUS Initialize()
    {
        ChangeCommand(set: PciCommand.IoSpace | PciCommand.MemorySpace);
        WrapperConfiguration = new ConfigurationContext(this);
        var configuration = Instance.Handles.Add(WrapperConfiguration);
        var selected = 0u;
        var openError = NDIS_STATUS_SUCCESS;
        var status = Call(nameof(Miniport.InitializeHandler), Irql.PASSIVE_LEVEL, NDIS_STATUS_FAILURE, () =>
        {
            fixed (NDIS_MEDIUM* media = s_media)
            {
                return Miniport.InitializeHandler!(
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
        var rule = (status, _attributesSet, selected) switch
        {
            (NDIS_STATUS_SUCCESS, false, _) => "MiniportInitialize succeeded without NdisMSetAttributes.",
            (NDIS_STATUS_SUCCESS, _, not 0) => $"MiniportInitialize selected medium {selected}; 1 was offered, of index 0.",
            (NDIS_STATUS_PENDING, _, _) => "MiniportInitialize returned NDIS_STATUS_PENDING, which it may not.",
            _ => null,
        };
        if (rule is null) return status;

        Report(NdisReportKind.BrokenRule, nameof(Miniport.InitializeHandler), rule);
        // The driver believes that it runs; only its own halt function knows how to stop the hardware.
        if (status == NDIS_STATUS_SUCCESS && _attributesSet) CallHalt();
        return NDIS_STATUS_FAILURE;
    }

    /// <summary>Where MiniportHalt itself fails, the shutdown function is the driver's other way to quiet its hardware.</summary>
    private void CallHalt()
    {
        var halted = Call(nameof(Miniport.HaltHandler), Irql.PASSIVE_LEVEL, () => Miniport.HaltHandler!(_miniportContext));
        if (halted) return;
        if (_shutdown is { } shutdown) Call("MiniportShutdown", Irql.PASSIVE_LEVEL, () => shutdown((void*)_shutdownContext));
        else if (Miniport.AdapterShutdownHandler is { } own) Call("MiniportShutdown", Irql.PASSIVE_LEVEL, () => own(_miniportContext));
    }
}
