namespace Nonpaged.Machines.Vfio;

/// <summary>
/// A PCI function of this machine, as the kernel shows it under /sys/bus/pci/devices
/// (Documentation/PCI/sysfs-pci.rst) at one moment.
/// </summary>
internal sealed record PciFunction
{
    private const uint BridgeClass = 0x06;
    private const uint NetworkClass = 0x02;

    /// <summary>Domain, bus, device and function, as the kernel names it: 0000:00:04.0.</summary>
    public required string Address { get; init; }

    public required ushort VendorId { get; init; }

    public required ushort DeviceId { get; init; }

    /// <summary>Class, subclass and programming interface.</summary>
    public required uint Class { get; init; }

    /// <summary>The kernel's driver that has it; null where none has.</summary>
    public string? Driver { get; init; }

    /// <summary>Its IOMMU group; null where no IOMMU is on.</summary>
    public int? Group { get; init; }

    /// <summary>The network interfaces that the kernel made of it.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Those of them that are up.</summary>
    public IReadOnlyList<string> InterfacesUp { get; init; } = [];

    /// <summary>The number of its INTx interrupt; 0 where it has none.</summary>
    public uint Irq { get; init; }

    public bool IsBridge => Class >> 16 == BridgeClass;

    public bool IsNetwork => Class >> 16 == NetworkClass;

    /// <summary>
    /// A driver that keeps its group from being used: bridges, and those of no driver, don't (Documentation/driver-api/vfio.rst).
    /// </summary>
    public bool BlocksGroup => Driver is not (null or VfioBinding.Driver or "pci-stub") && !IsBridge;

    /// <summary>What the kernel does with it, for errors: "the kernel's driver e1000 (eth0, which is up)".</summary>
    public string User => Driver is null ? "no driver"
        : $"the kernel's driver {Driver}{(Interfaces.Count == 0 ? "" : $" ({string.Join(", ", Interfaces.Select(Describe))})")}";

    private string Describe(string name) => InterfacesUp.Contains(name) ? $"{name}, which is up" : name;
}
