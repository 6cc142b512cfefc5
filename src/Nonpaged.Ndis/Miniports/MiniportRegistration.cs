namespace Nonpaged.Ndis;

/// <summary>
/// A miniport driver that is loaded into an instance: what its DriverEntry registered. It is unloaded with its last adapter.
/// </summary>
internal sealed unsafe class MiniportRegistration : IDisposable
{
    private readonly NdisInstance _instance;
    private readonly CallContext _context;
    private readonly DriverObject _object;
    private bool _isLoaded;

    public MiniportRegistration(NdisInstance instance, MiniportDriver miniport)
    {
        _instance = instance;
        Miniport = miniport;
        Driver = new Driver(miniport.Name, DriverKind.Miniport);
        _context = new CallContext(instance, Driver, Irql.PASSIVE_LEVEL, Initializing: true);
        _object = new DriverObject(miniport.Name);
        Handle = instance.Handles.Add(this);
    }

    public MiniportDriver Miniport { get; }

    public Driver Driver { get; }

    /// <summary>The DRIVER_OBJECT that DriverEntry gets and NdisMInitializeWrapper takes.</summary>
    public void* DriverObject => _object.Address;

    /// <summary>The handle that NdisMInitializeWrapper gives.</summary>
    public NDIS_HANDLE Handle { get; }

    public NDIS_MINIPORT_CHARACTERISTICS? Characteristics { get; set; }

    public DRIVER_UNLOAD? Unload { get; set; }

    public int Adapters { get; set; }

    /// <summary>Runs DriverEntry.</summary>
    public NDIS_STATUS Load()
    {
        NDIS_STATUS status = Call(nameof(Miniport.Entry), () => Miniport.Entry(DriverObject, _object.RegistryPath));
        _isLoaded = status == NDIS_STATUS_SUCCESS;
        DeviceTable.EndInitialization(Driver);
        return status;
    }

    /// <summary>What the characteristics lack; null where nothing.</summary>
    public static string? Missing(NDIS_MINIPORT_CHARACTERISTICS characteristics)
    {
        if (characteristics.InitializeHandler is null) return nameof(characteristics.InitializeHandler);
        if (characteristics.HaltHandler is null) return nameof(characteristics.HaltHandler);
        if (characteristics.QueryInformationHandler is null) return nameof(characteristics.QueryInformationHandler);
        if (characteristics.SetInformationHandler is null) return nameof(characteristics.SetInformationHandler);
        if (characteristics.ResetHandler is null) return nameof(characteristics.ResetHandler);
        return characteristics.SendHandler is null && characteristics.SendPacketsHandler is null
            ? nameof(characteristics.SendHandler)
            : null;
    }

    /// <summary>
    /// Unloads the driver. What its DriverEntry allocated is its own until its unload function has returned.
    /// </summary>
    public void Dispose()
    {
        // The unload function of a driver whose DriverEntry failed does not run.
        DRIVER_UNLOAD? unload = _isLoaded ? Unload ?? _object.Unload : null;
        if (unload is not null)
        {
            Call(nameof(Unload), () =>
            {
                unload(DriverObject);
                return NDIS_STATUS_SUCCESS;
            });
        }

        _instance.Handles.Remove(Handle);
        // Requests read the driver object.
        _instance.Devices.GiveBack(Driver, _isLoaded ? "The unloaded driver" : "A failed DriverEntry");
        _object.Dispose();
    }

    private NDIS_STATUS Call(string handler, Func<NDIS_STATUS> call)
    {
        using (CallContext.Enter(_context))
        {
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
