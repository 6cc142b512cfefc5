namespace Nonpaged.Ndis;

/// <summary>What an INF file says about a miniport: its name, where its code starts, and which devices it drives.</summary>
/// <param name="Name">The service's name, as reports and lists give it.</param>
/// <param name="Entry">Its DriverEntry.</param>
/// <param name="Devices">The PCI identifiers that it matches.</param>
public sealed record MiniportDriver(string Name, DRIVER_ENTRY Entry, IReadOnlyList<PciId> Devices);
