namespace Nonpaged.Ndis;

/// <summary>The command register of a PCI function (PCI Local Bus 3.0, 6.2.2).</summary>
[Flags]
internal enum PciCommand : ushort
{
    /// <summary>It answers to its I/O ports.</summary>
    IoSpace = 1 << 0,

    /// <summary>It answers to its memory-mapped registers.</summary>
    MemorySpace = 1 << 1,

    /// <summary>It may read and write memory by itself.</summary>
    BusMaster = 1 << 2,
}
