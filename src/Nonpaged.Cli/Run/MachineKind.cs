namespace Nonpaged.Cli;

/// <summary>What a driver runs on.</summary>
internal enum MachineKind
{
    /// <summary>Device models of QEMU's, without a guest.</summary>
    Qemu,

    /// <summary>A card of this machine behind its IOMMU, by VFIO.</summary>
    Vfio,

    /// <summary>A card of this machine, by the kernel's sysfs and physical addresses.</summary>
    Sysfs,
}
