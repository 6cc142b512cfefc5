namespace Nonpaged.Machines.Sysfs;

/// <summary>Which cards of this machine to take.</summary>
public sealed record SysfsOptions
{
    /// <summary>Their PCI addresses, as <c>lspci -D</c> writes them: 0000:00:04.0; without a domain it is 0000.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>
    /// Memory that is not the kernel's, for what ordinary memory cannot be:
    /// <see cref="NonpagedPoolOptions.Regions"/> of its pools.
    /// </summary>
    public IReadOnlyList<MemoryRegion> Regions { get; init; } = [];
}
