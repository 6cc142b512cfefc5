namespace Nonpaged.Machines;

/// <summary>Ports or registers that a device decodes.</summary>
/// <param name="IsPort">I/O ports; otherwise memory-mapped registers.</param>
/// <param name="Start">The first port, or the physical address.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct DeviceRange(bool IsPort, ulong Start, uint Length);
