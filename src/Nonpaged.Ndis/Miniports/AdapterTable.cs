using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>The adapters of an instance, and the miniports that are loaded for them. Thread-safe.</summary>
internal sealed class AdapterTable(NdisInstance instance)
{
    private readonly Lock _gate = new();
    private readonly List<Adapter> _adapters = [];
    private readonly Dictionary<MiniportDriver, DriverRegistration> _miniports = [];

    // A driver's entry and its unload function do not run side by side: a C driver has its variables once. The gate is free
    // meanwhile, as a driver may make and remove adapters there.
    private readonly Lock _loading = new();

    /// <summary>The adapters that run.</summary>
    public IReadOnlyList<Adapter> All
    {
        get
        {
            lock (_gate) return [.. _adapters];
        }
    }

    /// <summary>Starts an adapter of a device, or of the first that the driver matches and no adapter has.</summary>
    /// <exception cref="AdapterException">No such device, or the driver failed to initialize. Nothing of it is left.</exception>
    public Adapter Start(
        MiniportDriver miniport, Machine machine, MachineDevice? device, IReadOnlyDictionary<string, string>? configuration)
    {
        using var reasons = new LogCapture(instance);
        Adapter adapter;
        lock (_loading)
        {
            MachineDevice found = device ?? FreeDevice(miniport, machine);
            if (All.Any(one => one.Device == found))
                throw new AdapterException($"{found.Place} has an adapter already.", NDIS_STATUS_RESOURCE_CONFLICT, []);
            configuration ??= new Dictionary<string, string>();
            instance.Kernel.Registry.SetService(miniport.Name, configuration);
            DriverRegistration registration = Load(miniport, reasons);
            adapter = new Adapter(instance, new AdapterOrigin(registration, registration.Characteristics!, machine, found)
            {
                Configuration = configuration,
            });
            Add(adapter);
        }

        NDIS_STATUS status = adapter.Start();
        if (status == NDIS_STATUS_SUCCESS)
        {
            OfferToProtocols(adapter);
            return adapter;
        }

        throw new AdapterException($"{miniport.Name} did not start on {adapter.Device.Place}: {status.Describe()}.",
            status, reasons.Lines);
    }

    /// <summary>Starts an adapter that an intermediate driver makes. Where that fails, nothing of it is left.</summary>
    public NDIS_STATUS StartLayered(LayeredMiniport layer, string name, NDIS_HANDLE deviceContext)
    {
        if (instance.Machine is not { } machine) return NDIS_STATUS_FAILURE;
        if (All.Any(one => AdapterNames.AreSame(one.Name, name))) return NDIS_STATUS_RESOURCE_CONFLICT;
        var adapter = new Adapter(instance, new AdapterOrigin(layer.Driver, layer.Characteristics, machine, new VirtualDevice())
        {
            Name = name,
            Layer = layer,
            Below = ProtocolRegistration.Offered,
            DeviceContext = deviceContext,
            Configuration = layer.Driver.Configuration,
        });
        Add(adapter);
        NDIS_STATUS status = adapter.Start();
        if (status == NDIS_STATUS_SUCCESS) OfferToProtocols(adapter);
        return status;
    }

    /// <summary>Runs a driver's DriverEntry, and has what it registered bind to the adapters below it.</summary>
    /// <exception cref="AdapterException">The DriverEntry failed, or registered nothing. Nothing of it is left.</exception>
    public DriverRegistration LoadDriver(
        MiniportDriver driver, Driver? over, IReadOnlyDictionary<string, string>? configuration)
    {
        using var reasons = new LogCapture(instance);
        configuration ??= new Dictionary<string, string>();
        instance.Kernel.Registry.SetService(driver.Name, configuration);
        var registration = new DriverRegistration(instance, driver, over, configuration);
        lock (_loading)
        {
            NDIS_STATUS status = registration.Load();
            if (status != NDIS_STATUS_SUCCESS || !registration.Protocols.Any())
            {
                Unload(registration);
                if (status != NDIS_STATUS_SUCCESS) throw Failed(driver, status, reasons);
                throw new AdapterException(
                    $"The DriverEntry of {driver.Name} registered no protocol: it cannot be put over an adapter.",
                    NDIS_STATUS_BAD_CHARACTERISTICS, reasons.Lines);
            }
        }

        foreach (ProtocolRegistration protocol in registration.Protocols.ToArray()) protocol.BindToAll();
        return registration;
    }

    /// <summary>Unloads a driver, and takes back what it leaves.</summary>
    public void UnloadDriver(DriverRegistration registration)
    {
        lock (_loading) Unload(registration);
    }

    /// <summary>An adapter has ended; with the last one of a miniport the driver goes, too.</summary>
    public void Remove(Adapter adapter, string who)
    {
        DriverRegistration driver = adapter.Origin.Driver;
        lock (_gate)
        {
            _adapters.Remove(adapter);
            if (adapter.Origin.Layer is not null || --driver.Adapters > 0) return;
        }

        lock (_loading)
        {
            // Another may have been started meanwhile.
            if (driver.Adapters > 0) return;
            _miniports.Remove(driver.Miniport);
            driver.Dispose();
            // Memory and pools are asked for in a driver's name, without an adapter's handle, and may be freed by its
            // unload function.
            DriverLeftovers.GiveBack(instance, driver.Driver, who);
        }
    }

    private void Add(Adapter adapter)
    {
        lock (_gate)
        {
            _adapters.Add(adapter);
            adapter.Origin.Driver.Adapters++;
        }
    }

    private void OfferToProtocols(Adapter adapter)
    {
        instance.Kernel.AdapterKeys.Add(adapter.Name, adapter.Driver.Name);
        foreach (ProtocolRegistration protocol in instance.Handles.All<ProtocolRegistration>()) protocol.Bind(adapter);
    }

    private DriverRegistration Load(MiniportDriver miniport, LogCapture reasons)
    {
        if (_miniports.TryGetValue(miniport, out DriverRegistration? registration)) return registration;
        registration = new DriverRegistration(instance, miniport, null, null);
        NDIS_STATUS status = registration.Load();
        if (status == NDIS_STATUS_SUCCESS && registration.Characteristics is null)
            status = NDIS_STATUS_BAD_CHARACTERISTICS;
        if (status != NDIS_STATUS_SUCCESS)
        {
            Unload(registration);
            throw Failed(miniport, status, reasons);
        }

        return _miniports[miniport] = registration;
    }

    private void Unload(DriverRegistration registration)
    {
        if (!registration.IsLoaded && registration.WrapperStack is { } stack)
        {
            instance.Report(new NdisLeak(
                registration.Driver.Name, nameof(NdisLibrary.NdisMInitializeWrapper),
                "A failed DriverEntry left what NdisMInitializeWrapper made; expected NdisTerminateWrapper.")
            { Stack = stack });
        }

        DriverUnload.Run(instance, registration);
        DriverLeftovers.GiveBack(instance, registration.Driver, registration.IsLoaded ? "The driver" : "A failed DriverEntry");
    }

    private static AdapterException Failed(MiniportDriver driver, NDIS_STATUS status, LogCapture reasons) =>
        new($"The DriverEntry of {driver.Name} failed: {status.Describe()}.", status, reasons.Lines);

    private PciDevice FreeDevice(MiniportDriver miniport, Machine machine)
    {
        foreach (PciDevice device in machine.PciDevices)
        {
            var id = new PciId(device.VendorId, device.DeviceId);
            if (miniport.Devices.Contains(id) && All.All(adapter => adapter.Device != device)) return device;
        }

        IEnumerable<string> present = machine.PciDevices.Select(device =>
            $"{device.Location} {new PciId(device.VendorId, device.DeviceId)}");
        throw new AdapterException(
            $"{miniport.Name} drives {string.Join(", ", miniport.Devices)}, and {machine.Name} has no free one of these. "
            + $"It has: {string.Join(", ", present)}.",
            NDIS_STATUS_ADAPTER_NOT_FOUND,
            []);
    }
}
