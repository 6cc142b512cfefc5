namespace Nonpaged.Machines;

/// <summary>A PCI function (PCI Local Bus 3.0, chapter 6): its configuration space and the resources it was given.</summary>
public abstract class PciDevice : MachineDevice
{
    /// <summary>Where it is.</summary>
    public abstract PciLocation Location { get; }

    /// <summary>The vendor identifier, configuration offset 0x00.</summary>
    public abstract ushort VendorId { get; }

    /// <summary>The device identifier, configuration offset 0x02.</summary>
    public abstract ushort DeviceId { get; }

    /// <inheritdoc/>
    public override string Place => Location.ToString();

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceRange> Ranges =>
        [.. Bars.Select(static bar => new DeviceRange(bar.IsPort, bar.Start, bar.Length))];

    /// <summary>Its base address registers that decode something.</summary>
    public abstract IReadOnlyList<PciBar> Bars { get; }

    /// <summary>Reads configuration space from a byte offset; within its 256 bytes.</summary>
    public abstract void ReadConfiguration(int offset, Span<byte> destination);

    /// <summary>Writes configuration space from a byte offset; within its 256 bytes.</summary>
    public abstract void WriteConfiguration(int offset, ReadOnlySpan<byte> source);
}
