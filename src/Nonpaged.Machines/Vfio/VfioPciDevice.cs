namespace Nonpaged.Machines.Vfio;

/// <summary>
/// The card. Its configuration space is the one that VFIO shows: some of it is kept by the kernel
/// (Documentation/driver-api/vfio.rst).
/// </summary>
internal sealed class VfioPciDevice(
    PciFunction function, VfioRegion configuration, IReadOnlyList<PciBar> bars, uint? vector) : PciDevice
{
    private const int SpaceLength = 256;

    public override PciLocation Location { get; } = ParseLocation(function.Address);

    public override ushort VendorId => function.VendorId;

    public override ushort DeviceId => function.DeviceId;

    public override IReadOnlyList<PciBar> Bars => bars;

    public override uint? InterruptVector => vector;

    public override void ReadConfiguration(int offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        while (destination.Length > 0)
        {
            int width = Width(offset, destination.Length);
            uint value = configuration.Read((ulong)offset, (uint)width);
            for (int i = 0; i < width; i++) destination[i] = (byte)(value >> (8 * i));
            destination = destination[width..];
            offset += width;
        }
    }

    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        CheckRange(offset, source.Length);
        while (source.Length > 0)
        {
            int width = Width(offset, source.Length);
            uint value = 0;
            for (int i = 0; i < width; i++) value |= (uint)source[i] << (8 * i);
            configuration.Write((ulong)offset, (uint)width, value);
            source = source[width..];
            offset += width;
        }
    }

    public override string ToString() => $"{function.Address} {VendorId:x4}:{DeviceId:x4}";

    private static void CheckRange(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SpaceLength - offset, nameof(offset));
    }

    // A register must not be written in parts.
    private static int Width(int offset, int length) =>
        offset % 4 == 0 && length >= 4 ? 4 : offset % 2 == 0 && length >= 2 ? 2 : 1;

    // "0000:00:04.0"
    private static PciLocation ParseLocation(string address)
    {
        string[] parts = address.Split(':', '.');
        byte Part(int index) => byte.Parse(
            parts[^index],
            System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture);
        return new PciLocation(Part(3), Part(2), Part(1));
    }
}
