using Nonpaged.Machines;

namespace Nonpaged.Ndis;

public sealed partial class NdisInstance
{
    private readonly Lock _adapterLock = new();
    private readonly List<Adapter> _adapters = [];
    private readonly Dictionary<MiniportDriver, MiniportRegistration> _miniports = [];

    /// <summary>The adapters that run.</summary>
    public IReadOnlyList<Adapter> Adapters
    {
        get
        {
            lock (_adapterLock) return [.. _adapters];
        }
    }

    internal HandleTable Handles { get; } = new();

    internal PortRegistry PortRegistry { get; } = new();

    internal IoSpaceMap IoSpaces { get; } = new();

    /// <summary>
    /// Plug and play: loads the driver where it isn't, finds its device, and initializes an adapter.
    /// Returns when the adapter runs.
    /// </summary>
    /// <param name="miniport">The driver.</param>
    /// <param name="device">The device; null takes the first PCI function that the driver matches and no adapter
    /// has.</param>
    /// <param name="configuration">What NdisReadConfiguration finds: "NetworkAddress" and the driver's own keywords.</param>
    /// <exception cref="AdapterException">No such device, or the driver failed to initialize. Nothing of it is left.</exception>
    /// <exception cref="InvalidOperationException">The instance has no machine.</exception>
    public Adapter StartAdapter(
        MiniportDriver miniport,
        MachineDevice? device = null,
        IReadOnlyDictionary<string, string>? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(miniport);
        Machine machine = Machine
            ?? throw new InvalidOperationException("This instance serves memory alone; make it with a machine.");
        using var reasons = new LogCapture(this);
        MiniportRegistration registration;
        Adapter adapter;
        lock (_adapterLock)
        {
            MachineDevice found = device ?? FreeDevice(miniport, machine);
            if (_adapters.Any(one => one.Device == found))
                throw new AdapterException($"{found.Place} has an adapter already.", NDIS_STATUS_RESOURCE_CONFLICT, []);
            registration = Load(miniport, reasons);
            adapter = new Adapter(this, registration, machine, found, configuration ?? new Dictionary<string, string>());
            _adapters.Add(adapter);
        }

        NDIS_STATUS status = adapter.Start();
        if (status == NDIS_STATUS_SUCCESS)
        {
            foreach (ProtocolRegistration protocol in Handles.All<ProtocolRegistration>()) protocol.Bind(adapter);
            return adapter;
        }

        throw new AdapterException($"{miniport.Name} did not start on {adapter.Device.Place}: {status.Describe()}.",
            status, reasons.Lines);
    }

    /// <summary>
    /// Runs code in a driver's name on the calling thread: calls of NDIS that it makes belong to that driver and this instance.
    /// </summary>
    public void Run(Driver driver, Action code)
    {
        ArgumentNullException.ThrowIfNull(driver);
        ArgumentNullException.ThrowIfNull(code);
        using (CallContext.Enter(new CallContext(this, driver, Irql.PASSIVE_LEVEL, Initializing: false))) code();
    }

    /// <summary>Halts all adapters.</summary>
    public void HaltAdapters()
    {
        foreach (Adapter adapter in Adapters) adapter.Halt();
    }

    internal void Remove(Adapter adapter, string who)
    {
        lock (_adapterLock)
        {
            _adapters.Remove(adapter);
            if (--adapter.Registration.Adapters > 0) return;
            Unload(adapter.Registration);
            // Memory and pools are asked for in a driver's name, without an adapter's handle, and may be freed by its
            // unload function.
            GiveBack(adapter.Driver, who);
        }
    }

    private MiniportRegistration Load(MiniportDriver miniport, LogCapture reasons)
    {
        if (!_miniports.TryGetValue(miniport, out MiniportRegistration? registration))
        {
            registration = _miniports[miniport] = new MiniportRegistration(this, miniport);
            NDIS_STATUS status = registration.Load();
            if (status == NDIS_STATUS_SUCCESS && registration.Characteristics is null)
                status = NDIS_STATUS_BAD_CHARACTERISTICS;
            if (status != NDIS_STATUS_SUCCESS)
            {
                Unload(registration);
                GiveBack(registration.Driver, "A failed DriverEntry");
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
