namespace Nonpaged.Ndis;

/// <summary>A driver that is loaded into an instance: what its DriverEntry registered.</summary>
internal sealed unsafe class DriverRegistration : IDisposable
{
    private readonly NdisInstance _instance;
    private readonly CallContext _context;
    private readonly DriverObject _object;
    private bool _wasUnloaded;

    public DriverRegistration(
        NdisInstance instance, MiniportDriver miniport, Driver? over, IReadOnlyDictionary<string, string>? configuration)
    {
        _instance = instance;
        Miniport = miniport;
        Over = over;
        Configuration = configuration;
        Driver = new Driver(miniport.Name, DriverKind.Miniport);
        _context = new CallContext(instance, Driver, Irql.PASSIVE_LEVEL, Initializing: true);
        _object = new DriverObject(miniport.Name);
        Handle = instance.Handles.Add(this);
    }

    public MiniportDriver Miniport { get; }

    public Driver Driver { get; }

    /// <summary>The driver whose adapters its protocols bind to; null for all.</summary>
    public Driver? Over { get; }

    /// <summary>What its protocols find as their parameters; null for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Configuration { get; }

    /// <summary>The protocols that it has registered.</summary>
    public IEnumerable<ProtocolRegistration> Protocols =>
        _instance.Handles.All<ProtocolRegistration>().Where(one => one.Owner == this);

    /// <summary>The miniports for adapters that it makes itself (NdisIMRegisterLayeredMiniport).</summary>
    public IEnumerable<LayeredMiniport> Layers => _instance.Handles.All<LayeredMiniport>().Where(one => one.Driver == this);

    /// <summary>Its DriverEntry succeeded.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>It has a function that unloads it.</summary>
    public bool HasUnload => Unload is not null || _object.Unload is not null;

    /// <summary>The DRIVER_OBJECT that DriverEntry gets and NdisMInitializeWrapper takes.</summary>
    public void* DriverObject => _object.Address;

    /// <summary>The handle that NdisMInitializeWrapper gives.</summary>
    public NDIS_HANDLE Handle { get; }

    public NDIS_MINIPORT_CHARACTERISTICS? Characteristics { get; set; }

    public DRIVER_UNLOAD? Unload { get; set; }

    /// <summary>
    /// Of a driver that is verified: where it called NdisMInitializeWrapper, as long as NdisTerminateWrapper has not undone that.
    /// </summary>
    public IReadOnlyList<CodePlace>? WrapperStack { get; set; }

    public int Adapters { get; set; }

    /// <summary>Runs DriverEntry.</summary>
    public NDIS_STATUS Load()
    {
        NDIS_STATUS status = Call(nameof(Miniport.Entry), () => Miniport.Entry(DriverObject, _object.RegistryPath));
        IsLoaded = status == NDIS_STATUS_SUCCESS;
        DeviceTable.EndInitialization(Driver);
        return status;
    }

    /// <summary>The driver whose function calls; null where that is none that was loaded.</summary>
    public static DriverRegistration? Of(CallContext context) => context.Instance.Handles.All<DriverRegistration>()
        .FirstOrDefault(one => ReferenceEquals(one.Driver, context.Driver));

    /// <summary>What the characteristics lack; null where nothing. An intermediate driver has no hardware to reset.</summary>
    public static string? Missing(NDIS_MINIPORT_CHARACTERISTICS characteristics, bool isLayered)
    {
        if (characteristics.InitializeHandler is null) return nameof(characteristics.InitializeHandler);
        if (characteristics.HaltHandler is null) return nameof(characteristics.HaltHandler);
        if (characteristics.QueryInformationHandler is null) return nameof(characteristics.QueryInformationHandler);
        if (characteristics.SetInformationHandler is null) return nameof(characteristics.SetInformationHandler);
        if (characteristics.ResetHandler is null && !isLayered) return nameof(characteristics.ResetHandler);
        return characteristics.SendHandler is null && characteristics.SendPacketsHandler is null
            ? nameof(characteristics.SendHandler)
            : null;
    }

    /// <summary>Its unload function, where it has one, has not run, and its DriverEntry succeeded.</summary>
    public void RunUnload()
    {
        // The unload function of a driver whose DriverEntry failed does not run.
        DRIVER_UNLOAD? unload = IsLoaded && !_wasUnloaded ? Unload ?? _object.Unload : null;
        _wasUnloaded = true;
        if (unload is null) return;
        Call(nameof(Unload), () =>
        {
            unload(DriverObject);
            return NDIS_STATUS_SUCCESS;
        });
    }

    /// <summary>
    /// Unloads the driver. What its DriverEntry allocated is its own until its unload function has returned.
    /// </summary>
    public void Dispose()
    {
        RunUnload();
        foreach (LayeredMiniport layer in Layers) _instance.Handles.Remove(layer.Handle);
        foreach (Adapter adapter in _instance.Handles.All<Adapter>().Where(one => one.Origin.Driver == this))
            _instance.Handles.Remove(adapter.Handle);
        _instance.Handles.Remove(Handle);
        // Requests read the driver object.
        _instance.Devices.GiveBack(Driver, IsLoaded ? "The unloaded driver" : "A failed DriverEntry");
        _object.Dispose();
    }

    private NDIS_STATUS Call(string handler, Func<NDIS_STATUS> call)
    {
        using (CallContext.Enter(_context))
        {
            using WatchedFunction? watched = _instance.Options.Verification?.Enter(_context, handler, 0);
            try
            {
                return call();
            }
            catch (Exception exception)
            {
                _instance.Report(
                    NdisReportKind.BrokenRule, handler, Driver,
                    $"The driver threw {exception.GetType().Name}: {exception.Message}");
                return NDIS_STATUS_FAILURE;
            }
        }
    }
}
