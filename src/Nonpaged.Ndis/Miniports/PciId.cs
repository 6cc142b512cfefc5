namespace Nonpaged.Ndis;

/// <summary>The identifiers by which a driver finds its devices, as lspci -nn writes them.</summary>
/// <param name="Vendor">The vendor identifier.</param>
/// <param name="Device">The device identifier.</param>
public readonly record struct PciId(ushort Vendor, ushort Device)
{
    /// <summary>As lspci -nn writes it: 8086:100e.</summary>
    public override string ToString() => $"{Vendor:x4}:{Device:x4}";
}
