namespace Nonpaged.Cli;

/// <summary>What <c>devices --json</c> prints.</summary>
internal sealed record DevicesDocument(IReadOnlyList<DeviceDocument> Devices);

/// <summary>A PCI device of this machine.</summary>
/// <param name="Address">Its PCI address.</param>
/// <param name="Id">Vendor and device.</param>
/// <param name="Class">What it is: "network", or the class in hexadecimal.</param>
/// <param name="Driver">The kernel's driver that has it; null for none.</param>
/// <param name="Interfaces">The network interfaces that the kernel made of it.</param>
/// <param name="Group">Its IOMMU group; null without an IOMMU.</param>
/// <param name="GroupWith">The other devices of the group.</param>
/// <param name="Miniport">The miniport of this package that drives it; null for none.</param>
/// <param name="Ready">run --machine vfio can use it now.</param>
/// <param name="Missing">What keeps it from that; null for nothing.</param>
/// <param name="Remedy">The command that helps.</param>
internal sealed record DeviceDocument(
    string Address,
    string Id,
    string Class,
    string? Driver,
    IReadOnlyList<string> Interfaces,
    int? Group,
    IReadOnlyList<string> GroupWith,
    string? Miniport,
    bool Ready,
    string? Missing,
    string? Remedy);
