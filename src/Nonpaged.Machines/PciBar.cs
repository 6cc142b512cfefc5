namespace Nonpaged.Machines;

/// <summary>What one base address register of a PCI function decodes, as assigned.</summary>
/// <param name="Index">Which register: 0 to 5.</param>
/// <param name="IsPort">I/O ports; otherwise memory-mapped registers.</param>
/// <param name="Start">The first port, or the physical address.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct PciBar(int Index, bool IsPort, ulong Start, uint Length);
