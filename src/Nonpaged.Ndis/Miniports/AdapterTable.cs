using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>The adapters of an instance, and the miniports that are loaded for them. Thread-safe.</summary>
internal sealed class AdapterTable(NdisInstance instance)
{
    private readonly Lock _gate = new();
    private readonly List<Adapter> _adapters = [];
    private readonly Dictionary<MiniportDriver, MiniportRegistration> _miniports = [];

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
        MiniportRegistration registration;
        Adapter adapter;
        lock (_gate)
        {
            MachineDevice found = device ?? FreeDevice(miniport, machine);
            if (_adapters.Any(one => one.Device == found))
                throw new AdapterException($"{found.Place} has an adapter already.", NDIS_STATUS_RESOURCE_CONFLICT, []);
            configuration ??= new Dictionary<string, string>();
            instance.Kernel.Registry.SetService(miniport.Name, configuration);
            registration = Load(miniport, reasons);
            adapter = new Adapter(instance, registration, machine, found, configuration);
            _adapters.Add(adapter);
        }

        NDIS_STATUS status = adapter.Start();
        if (status == NDIS_STATUS_SUCCESS)
        {
            foreach (ProtocolRegistration protocol in instance.Handles.All<ProtocolRegistration>()) protocol.Bind(adapter);
            return adapter;
        }

        throw new AdapterException($"{miniport.Name} did not start on {adapter.Device.Place}: {status.Describe()}.",
            status, reasons.Lines);
    }

    /// <summary>An adapter has ended; with a driver's last one the driver goes, too.</summary>
    public void Remove(Adapter adapter, string who)
    {
        lock (_gate)
        {
            _adapters.Remove(adapter);
            if (--adapter.Registration.Adapters > 0) return;
            Unload(adapter.Registration);
            // Memory and pools are asked for in a driver's name, without an adapter's handle, and may be freed by its
            // unload function.
            DriverLeftovers.GiveBack(instance, adapter.Driver, who);
        }
    }

    private MiniportRegistration Load(MiniportDriver miniport, LogCapture reasons)
    {
        if (!_miniports.TryGetValue(miniport, out MiniportRegistration? registration))
        {
            registration = _miniports[miniport] = new MiniportRegistration(instance, miniport);
            NDIS_STATUS status = registration.Load();
            if (status == NDIS_STATUS_SUCCESS && registration.Characteristics is null)
                status = NDIS_STATUS_BAD_CHARACTERISTICS;
            if (status != NDIS_STATUS_SUCCESS)
            {
                Unload(registration);
                DriverLeftovers.GiveBack(instance, registration.Driver, "A failed DriverEntry");
                throw new AdapterException($"The DriverEntry of {miniport.Name} failed: {status.Describe()}.", status,
                    reasons.Lines);
            }
        }

        registration.Adapters++;
        return registration;
    }

    private void Unload(MiniportRegistration registration)
    {
        _miniports.Remove(registration.Miniport);
        registration.Dispose();
    }

    private PciDevice FreeDevice(MiniportDriver miniport, Machine machine)
    {
        foreach (PciDevice device in machine.PciDevices)
        {
            var id = new PciId(device.VendorId, device.DeviceId);
            if (miniport.Devices.Contains(id) && _adapters.All(adapter => adapter.Device != device)) return device;
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
