namespace Nonpaged.Machines.Pci;

/// <summary>A function whose resources have been assigned.</summary>
internal sealed class ConfiguredPciDevice(
    PciConfiguration configuration,
    PciLocation location,
    ushort vendorId,
    ushort deviceId,
    IReadOnlyList<PciBar> bars,
    uint? vector)
    : PciDevice
{
    public override PciLocation Location => location;

    public override ushort VendorId => vendorId;

    public override ushort DeviceId => deviceId;

    public override IReadOnlyList<PciBar> Bars => bars;

    public override uint? InterruptVector => vector;

    public override void ReadConfiguration(int offset, Span<byte> destination) =>
        configuration.Read(location, offset, destination);

    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> source) =>
        configuration.Write(location, offset, source);

    public override string ToString() => $"{location} {vendorId:x4}:{deviceId:x4}";
}
