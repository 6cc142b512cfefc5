using System.Collections.Concurrent;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// A network adapter: a device that a miniport drives. The miniport's functions run in the adapter's turn: one at a time, on a
/// thread of the adapter's own. Thread-safe.
/// </summary>
public sealed class Adapter : IDisposable, IAdapterLife
{
    private static readonly NDIS_MEDIUM[] s_media = [NDIS_MEDIUM.NdisMedium802_3];

    private readonly TaskCompletionSource<AdapterState> _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SurpriseRemoval _removal;
    private readonly HangCheck _hangCheck;
    private volatile AdapterState _state = AdapterState.Initializing;
    private int _haltAsked;
    private bool _initialized;

    internal Adapter(
        NdisInstance instance,
        MiniportRegistration registration,
        Machine machine,
        MachineDevice device,
        IReadOnlyDictionary<string, string> configuration)
    {
        Instance = instance;
        Registration = registration;
        Machine = machine;
        Device = device;
        Configuration = new ConcurrentDictionary<string, string>(configuration, StringComparer.OrdinalIgnoreCase);
        Name = $"{registration.Driver.Name}-{device.Place}";
        Handle = instance.Handles.Add(this);
        Reports = new DriverReports(instance, Driver);
        Miniport = new Miniport(this, Reports);
        Bus = new BusControl(machine, device);
        Resources = new Resources(instance, device, Reports);
        // An interrupt is served once one is registered: all parts are there by then.
        Turn = new Turn(Name, () => Interrupts!.Serve());
        Oids = new OidQueue(machine, Bus, Miniport, Turn, this, Reports);
        Bindings = new Bindings(instance, Name, Oids, this);
        Dma = new DmaMapper(instance, Driver, Miniport, Turn, Reports, isSending: () => Sends!.AreInFlight);
        MapRegisters = new MapRegisters(Bus, Dma, Reports);
        ScatterGather = new ScatterGatherLists(instance, Dma);
        Sends = new SendQueue(Miniport, Oids, ScatterGather, Turn, this, Reports);
        Receives = new ReceivePath(Bindings, Miniport, Reports);
        _removal = new SurpriseRemoval(machine, device, Bus, Miniport, Turn, this, Reports);
        Interrupts = new InterruptService(
            instance, machine, device, Bus, _removal, Miniport, Receives, Sends, Turn, this, Reports);
        Resets = new ResetControl(Name, Miniport, Bindings, Sends, Turn, this, Reports);
        _hangCheck = new HangCheck(Miniport, Bus, _removal, Resets, Turn, this);
        Timers = new Timers(instance, Miniport, Sends, Turn, this, Reports);
        WorkItems = new WorkItems(Miniport, Sends, Turn, this, Reports);
    }

    /// <summary>The name by which protocols open it: the driver's name and the device's location.</summary>
    public string Name { get; }

    /// <summary>The miniport driver.</summary>
    public Driver Driver => Registration.Driver;

    /// <summary>The device.</summary>
    public MachineDevice Device { get; }

    /// <summary>Where it is in its life.</summary>
    public AdapterState State => _state;

    /// <summary>The address that the adapter uses; null until it runs.</summary>
    public MacAddress? MacAddress => Receives.Address;

    /// <summary>Completes when the adapter is halted, whoever halted it.</summary>
    public Task Halted => _halted.Task;

    /// <summary>Frames that the miniport reported as sent.</summary>
    public long FramesSent => Sends.FramesSent;

    /// <summary>Frames that the miniport indicated.</summary>
    public long FramesReceived => Receives.FramesReceived;

    /// <summary>
    /// Frames lost or damaged: indicated with lengths that contradict each other, and, as the miniport counted when it was
    /// halted, received with an error, dropped for want of buffers, or failed to send.
    /// </summary>
    public long FramesBad => Receives.FramesMalformed + Oids.FramesCountedBad;

    bool IAdapterLife.IsHaltAsked => _haltAsked != 0;

    /// <summary>The instance that it runs in.</summary>
    public NdisInstance Instance { get; }

    internal MiniportRegistration Registration { get; }

    internal Machine Machine { get; }

    /// <summary>The adapter's parameters; keywords are compared without regard to case, as the registry's are.</summary>
    internal ConcurrentDictionary<string, string> Configuration { get; }

    /// <summary>What NdisOpenConfiguration takes while MiniportInitialize runs.</summary>
    internal ConfigurationContext? WrapperConfiguration { get; private set; }

    internal NDIS_HANDLE Handle { get; }

    internal Turn Turn { get; }

    internal DriverReports Reports { get; }

    internal Miniport Miniport { get; }

    internal BusControl Bus { get; }

    internal Resources Resources { get; }

    internal OidQueue Oids { get; }

    internal Bindings Bindings { get; }

    internal DmaMapper Dma { get; }

    internal MapRegisters MapRegisters { get; }

    internal ScatterGatherLists ScatterGather { get; }

    internal SendQueue Sends { get; }

    internal ReceivePath Receives { get; }

    internal InterruptService Interrupts { get; }

    internal ResetControl Resets { get; }

    internal Timers Timers { get; }

    internal WorkItems WorkItems { get; }

    /// <summary>The interrupt's line is not looked at any more.</summary>
    internal bool IsInterruptMasked => Interrupts.IsMasked;

    /// <summary>
    /// Closes what protocols have open, runs MiniportHalt, and reports what the driver left. Waits until all is done, except
    /// where it is called from one of the driver's own functions: then the halt follows as soon as that returns.
    /// </summary>
    public void Halt()
    {
        RemoveLater();
        if (Turn.IsCurrent) return;
        _halted.Task.Wait();
        Turn.Dispose();
    }

    /// <inheritdoc cref="Halt"/>
    public void Dispose() => Halt();

    /// <summary>As <see cref="Halt"/>, without waiting.</summary>
    internal void RemoveLater()
    {
        if (Interlocked.Exchange(ref _haltAsked, 1) == 0) Turn.Post(HaltInTurn);
    }

    void IAdapterLife.RemoveLater() => RemoveLater();

    void IAdapterLife.SetResetting(bool isUnderWay) => _state = isUnderWay ? AdapterState.Resetting : AdapterState.Running;

    /// <summary>Runs MiniportInitialize when it has the turn. Where it fails, nothing of the adapter is left.</summary>
    internal NDIS_STATUS Start()
    {
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        Turn.Run(() => status = Initialize());
        if (status == NDIS_STATUS_SUCCESS) _removal.Watch();
        else Turn.Dispose();
        return status;
    }

    internal unsafe void SetAttributes(void* miniportContext, uint checkForHangSeconds, bool busMaster, bool isDeserialized)
    {
        Miniport.SetAttributes(miniportContext, isDeserialized);
        _hangCheck.SetInterval(checkForHangSeconds);
        Bus.SetBusMaster(busMaster);
    }

    /// <summary>Runs work when it has the turn; false where the adapter is gone.</summary>
    internal bool Post(Action work) => Turn.Post(work);

    internal void Report(NdisReportKind kind, string call, string message) => Reports.Report(kind, call, message);

    private NDIS_STATUS Initialize()
    {
        const string Who = "A failed MiniportInitialize";
        Bus.ChangeCommand(set: PciCommand.IoSpace | PciCommand.MemorySpace);
        NDIS_STATUS status = CheckInitialization(CallInitialize(out uint selected), selected);
        if (status == NDIS_STATUS_SUCCESS)
        {
            _initialized = true;
            _state = AdapterState.Running;
            Receives.Address = Oids.QueryMacAddress();
            Sends.AskForBatchSize();
            _hangCheck.Start();
            return status;
        }

        _state = AdapterState.Halting;
        GiveBack(Who);
        Finish(Who);
        return status;
    }

    private unsafe NDIS_STATUS CallInitialize(out uint selectedMedium)
    {
        WrapperConfiguration = new ConfigurationContext(this);
        NDIS_HANDLE configuration = Instance.Handles.Add(WrapperConfiguration);
        uint selected = 0u;
        NDIS_STATUS openError = NDIS_STATUS_SUCCESS;
        W_INITIALIZE_HANDLER initialize = Miniport.Functions.InitializeHandler!;
        NDIS_STATUS status = Miniport.Call(
            nameof(Miniport.Functions.InitializeHandler), Irql.PASSIVE_LEVEL, NDIS_STATUS_FAILURE, () =>
        {
            fixed (NDIS_MEDIUM* media = s_media)
                return initialize(out openError, out selected, media, (uint)s_media.Length, Handle, configuration);
        });
        Instance.Handles.Remove(configuration);
        selectedMedium = selected;
        return status;
    }

    private NDIS_STATUS CheckInitialization(NDIS_STATUS status, uint selected)
    {
        string? rule = (status, Miniport.HasAttributes, selected) switch
        {
            (NDIS_STATUS_SUCCESS, false, _) => "MiniportInitialize succeeded without NdisMSetAttributes.",
            (NDIS_STATUS_SUCCESS, _, not 0) => $"MiniportInitialize selected medium {selected}; 1 was offered, of index 0.",
            (NDIS_STATUS_PENDING, _, _) => "MiniportInitialize returned NDIS_STATUS_PENDING, which it may not.",
            _ => null,
        };
        if (rule is null) return status;

        Report(NdisReportKind.BrokenRule, nameof(Miniport.Functions.InitializeHandler), rule);
        // The driver believes that it runs; only its own halt function knows how to stop the hardware.
        if (status == NDIS_STATUS_SUCCESS && Miniport.HasAttributes) Miniport.Halt();
        return NDIS_STATUS_FAILURE;
    }

    private void HaltInTurn()
    {
        const string Who = "MiniportHalt";
        if (_state == AdapterState.Halted) return;
        if (_initialized) Oids.CountBadFrames();
        _state = AdapterState.Halting;
        _hangCheck.Stop();
        Bindings.Unbind();
        Sends.AbortQueued();
        Oids.AbortQueued();
        Resets.Answer(NDIS_STATUS_REQUEST_ABORTED);
        if (_initialized)
        {
            Oids.WaitForPending();
            Miniport.Halt();
        }

        WorkItems.Wait(Who);
        Oids.AbortPending();
        Sends.AbortInFlight();
        Receives.AbortTransfers();
        Bindings.Close();
        GiveBack(Who);
        Finish(Who);
    }

    /// <summary>
    /// Reports and takes back what the driver left registered. The device loses the bus first, so that it cannot write to memory
    /// that is somebody else's by then.
    /// </summary>
    private void GiveBack(string who)
    {
        Bus.TakeBus();
        Interrupts.GiveBack(who);
        Resources.GiveBack(this, who);
        MapRegisters.GiveBack(who);
        Timers.GiveBack(who);
        Dma.FreeRoom();
    }

    private void Finish(string who)
    {
        Resources.Dispose();
        Oids.Dispose();
        Receives.Dispose();
        Resets.Dispose();
        Instance.Handles.Remove(Handle);
        Instance.Remove(this, who);
        _state = AdapterState.Halted;
        _halted.TrySetResult(AdapterState.Halted);
    }
}
