using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// A network adapter: a device that a miniport drives. The miniport's functions run in the adapter's turn: one at a time, on a
/// thread of the adapter's own. Thread-safe.
/// </summary>
public sealed class Adapter : IDisposable, IAdapterLife
{
    private static readonly TimeSpan s_gonePatience = TimeSpan.FromMilliseconds(200);

    private readonly TaskCompletionSource<AdapterState> _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SurpriseRemoval _removal;
    private readonly HangCheck _hangCheck;
    private readonly PowerControl _power;
    private volatile AdapterState _state = AdapterState.Initializing;
    private int _haltAsked;
    private bool _initialized;

    internal Adapter(NdisInstance instance, AdapterOrigin origin)
    {
        (Machine machine, MachineDevice device) = (origin.Machine, origin.Device);
        Instance = instance;
        Origin = origin;
        Parameters = new ParameterStore(instance, Driver, this, ParameterStore.Copy(origin.Configuration));
        Name = origin.Name ?? $"{Driver.Name}-{device.Place}";
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
        if (instance.Options.Verification is { SendsDirectly: true }) Sends.SendDirectly();
        Receives = new ReceivePath(Bindings, Miniport, instance.Loans, Turn, Reports) { Copies = PacketCopies.Of(instance) };
        _removal = new SurpriseRemoval(machine, device, Bus, Miniport, Turn, this, Reports);
        Interrupts = new InterruptService(
            instance, machine, device, Bus, _removal, Miniport, Receives, Sends, Turn, this, Reports);
        Resets = new ResetControl(Name, Miniport, Bindings, Sends, Turn, this, Reports);
        _hangCheck = new HangCheck(Miniport, Bus, _removal, Resets, Turn, this);
        _power = new PowerControl(this);
        Timers = new Timers(instance, Miniport, Sends, Turn, this, Reports);
        WorkItems = new WorkItems(Miniport, Sends, Turn, this, Reports);
    }

    /// <summary>The name by which protocols open it: the driver's name and the device's location.</summary>
    public string Name { get; }

    /// <summary>The miniport driver.</summary>
    public Driver Driver => Origin.Driver.Driver;

    /// <summary>The device.</summary>
    public MachineDevice Device => Origin.Device;

    /// <summary>
    /// Of an adapter that an intermediate driver made, the one that it was offered when it did; null for one of a device.
    /// </summary>
    public Adapter? Below => Origin.Below;

    /// <summary>Where it is in its life.</summary>
    public AdapterState State => _state;

    /// <summary>The address that the adapter uses; null until it runs.</summary>
    public MacAddress? MacAddress => Receives.Address;

    /// <summary>Completes when the adapter is halted, by any of the ways.</summary>
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

    internal AdapterOrigin Origin { get; }

    internal Machine Machine => Origin.Machine;

    internal ParameterStore Parameters { get; }
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

    /// <summary>
    /// Puts the adapter to sleep (D3), where all protocols and its miniport agree: ProtocolPnPEvent with NetEventQueryPower and
    /// NetEventSetPower, OID_PNP_QUERY_POWER and OID_PNP_SET_POWER. A miniport that does not know OID_PNP_CAPABILITIES is halted
    /// instead; a protocol that does not support the events closes the adapter. Call it outside of a driver's functions.
    /// </summary>
    /// <returns>
    /// NDIS_STATUS_SUCCESS; NDIS_STATUS_ADAPTER_NOT_READY where it does not run; otherwise the answer of who refused, and
    /// nothing has changed.
    /// </returns>
    public NDIS_STATUS Suspend() => _power.Suspend();

    /// <summary>
    /// Wakes the adapter (D0): OID_PNP_SET_POWER, or MiniportInitialize where it was halted; then protocols are told, and those
    /// that closed the adapter are offered it again.
    /// </summary>
    /// <returns>
    /// NDIS_STATUS_SUCCESS; NDIS_STATUS_ADAPTER_NOT_READY where it does not sleep; otherwise the miniport's failure, and the
    /// adapter is being halted.
    /// </returns>
    public NDIS_STATUS Resume() => _power.Resume();

    /// <summary>
    /// Asks protocols and miniport whether the adapter may be removed (NetEventQueryRemoveDevice). Where one refuses, those that
    /// were asked are told that it stays (NetEventCancelRemoveDevice), and its answer is the result.
    /// </summary>
    public NDIS_STATUS QueryRemove() => _power.QueryRemove();

    /// <summary>
    /// Tells a miniport of NDIS 5.1 that the system runs on battery or on its power supply
    /// (NdisDevicePnPEventPowerProfileChanged).
    /// </summary>
    public void NotifyPowerProfile(bool isOnBattery) => Turn.Run(() =>
        Miniport.Notify(NDIS_DEVICE_PNP_EVENT.NdisDevicePnPEventPowerProfileChanged, isOnBattery ? 0u : 1u));

    /// <summary>As <see cref="Halt"/>, without waiting.</summary>
    internal void RemoveLater()
    {
        if (Interlocked.Exchange(ref _haltAsked, 1) == 0) Turn.Post(UnbindInTurn);
    }

    /// <summary>As <see cref="Halt"/>, from a driver's function at PASSIVE_LEVEL: other adapters go on meanwhile.</summary>
    internal void HaltFromDriver()
    {
        RemoveLater();
        if (Turn.IsCurrent) return;
        Instance.WaitUntil(null, () => _halted.Task.IsCompleted);
        Turn.Dispose();
    }

    void IAdapterLife.RemoveLater() => RemoveLater();

    /// <summary>For <see cref="PowerControl"/>.</summary>
    internal void SetState(AdapterState state)
    {
        Enter(state);
        if (state == AdapterState.Running) _hangCheck.Start();
        else _hangCheck.Stop();
    }

    void IAdapterLife.SetResetting(bool isUnderWay) => Enter(isUnderWay ? AdapterState.Resetting : AdapterState.Running);

    private void Enter(AdapterState state)
    {
        _state = state;
        if (state != AdapterState.Running) Sends.AwaitDirect();
    }

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

    internal bool IsVerified => Instance.Options.Verification is not null;

    internal void Report(NdisReportKind kind, string call, string message) => Reports.Report(kind, call, message);

    /// <summary>In its turn: the miniport is halted, and starts again by <see cref="InitializeMiniport"/>.</summary>
    internal void HaltForSleep()
    {
        const string Who = "MiniportHalt";
        _initialized = false;
        Oids.WaitForPending();
        Miniport.Halt();
        WorkItems.Wait(Who);
        Oids.AbortPending();
        Sends.AbortInFlight();
        GiveBack(Who);
    }

    /// <summary>In its turn: MiniportInitialize, and what is asked of the miniport behind that.</summary>
    internal NDIS_STATUS InitializeMiniport()
    {
        Bus.ChangeCommand(set: PciCommand.IoSpace | PciCommand.MemorySpace);
        NDIS_STATUS status = new MiniportInitialization(this).Run();
        if (status != NDIS_STATUS_SUCCESS) return status;
        _initialized = true;
        _state = AdapterState.Running;
        Receives.Address = Oids.QueryMacAddress();
        Sends.AskForBatchSize();
        return status;
    }

    private NDIS_STATUS Initialize()
    {
        const string Who = "A failed MiniportInitialize";
        NDIS_STATUS status = InitializeMiniport();
        if (status == NDIS_STATUS_SUCCESS)
        {
            _hangCheck.Start();
            return status;
        }

        _state = AdapterState.Halting;
        GiveBack(Who);
        Finish(Who);
        return status;
    }

    /// <summary>
    /// Asks the protocols to close the adapter, which still runs: one may wait for what it sent or asked for, and then it lets
    /// the adapter's turn go on.
    /// </summary>
    private void UnbindInTurn()
    {
        if (_state == AdapterState.Halted) return;
        if (Machine.Gone.IsCompleted && Origin.Layer is null) Turn.Schedule(s_gonePatience, LoseInTurn);
        Turn.Lend(new BorrowedTurn(Turn, () =>
        {
            Bindings.Unbind();
            Turn.Post(HaltInTurn);
        }));
    }

    /// <summary>
    /// The card is gone, and a protocol that closes the adapter waits for what it sent, which never ends by itself: the miniport
    /// is halted first.
    /// </summary>
    private void LoseInTurn()
    {
        if (!_initialized || _state is AdapterState.Halting or AdapterState.Halted) return;
        _initialized = false;
        Enter(AdapterState.Halting);
        _hangCheck.Stop();
        Miniport.Halt();
        Oids.Lose();
        Sends.Lose();
    }

    private void HaltInTurn()
    {
        const string Who = "MiniportHalt";
        if (_state == AdapterState.Halted) return;
        if (_initialized) Oids.CountBadFrames();
        Enter(AdapterState.Halting);
        _hangCheck.Stop();
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
        if (IsVerified && !Machine.Gone.IsCompleted) Sends.CheckAnnounced();
        Sends.AbortInFlight();
        Receives.Abort(Who);
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
        Resets.Dispose();
        // An intermediate driver that gets a frame right now may still pass it on: to nobody.
        if (Origin.Layer is null) Instance.Handles.Remove(Handle);
        Instance.Remove(this, who);
        _state = AdapterState.Halted;
        _halted.TrySetResult(AdapterState.Halted);
        Instance.Wake();
    }
}
