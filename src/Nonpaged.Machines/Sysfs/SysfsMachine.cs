namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// Cards of this machine, by the files that the kernel has for each PCI function (Documentation/PCI/sysfs-pci.rst): registers are mapped, ports and configuration space are
/// read and written, memory is the host's, pinned, and told to the device by its physical address. Needs root.
/// </summary>
/// <remarks>
/// <para>
/// Nothing protects memory from the device here: a wrong address in a descriptor is written to whatever it is of, the kernel included. Behind an IOMMU, VFIO is the safe
/// way.
/// </para>
/// <para>
/// A device that may still write keeps the memory that it was told: a guardian process outlives this one, turns bus mastering off, and lets go of the pins after that. It can't
/// where it is itself killed at the same moment, as by <c>systemctl kill</c> with SIGKILL.
/// </para>
/// <para>After the hardware is gone reads give all ones and writes vanish; <see cref="Gone"/> says why.</para>
/// </remarks>
public sealed partial class SysfsMachine : Machine
{
    private readonly SysfsDevice[] _devices;
    private readonly Dictionary<uint, SysfsInterruptLine> _lines;
    private readonly BusGuardian _guardian;
    private readonly SysfsPorts _ports;

    private readonly IReadOnlyList<MemoryRegion> _regions;

    private SysfsMachine(SysfsDevice[] devices, BusGuardian guardian, IReadOnlyList<MemoryRegion> regions)
    {
        _regions = regions;
        _devices = devices;
        _guardian = guardian;
        _ports = new SysfsPorts(devices);
        _lines = devices.Where(device => device.InterruptVector is not null).GroupBy(device => device.InterruptVector!.Value)
            .ToDictionary(group => group.Key, group => new SysfsInterruptLine(group.Key, [.. group]));
        _watch = new Thread(Watch) { Name = "sysfs interrupts", IsBackground = true };
    }

    /// <inheritdoc/>
    public override string Name => "sysfs";

    /// <inheritdoc/>
    public override IReadOnlyList<PciDevice> PciDevices => _devices;

    /// <inheritdoc/>
    public override PortSpace Ports => _ports;

    /// <inheritdoc/>
    public override Task<string> Gone => _gone.Task;

    /// <inheritdoc/>
    public override NonpagedPool CreatePool(NonpagedPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return NonpagedPool.Create(options with { ForDevices = true, HoldPins = _guardian.HoldPins, Regions = _regions.Count > 0 ? _regions : options.Regions });
    }

    /// <inheritdoc/>
    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length)
    {
        foreach (SysfsDevice device in _devices)
        {
            if (device.TryMap(address, length) is { } window) return window;
        }

        throw new ArgumentOutOfRangeException(nameof(address), address, $"No base address register of a device covers {length} bytes from there.");
    }

    /// <inheritdoc/>
    public override InterruptLine GetInterrupt(uint vector) =>
        _lines.TryGetValue(vector, out SysfsInterruptLine? line) ? line : throw new ArgumentOutOfRangeException(nameof(vector), vector, "No device has this interrupt.");
}
