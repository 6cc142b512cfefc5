namespace Nonpaged.Machines;

/// <summary>A PCI function (PCI Local Bus 3.0, chapter 6): its configuration space and the resources it was given.</summary>
public abstract class PciDevice
{
    /// <summary>Where it is.</summary>
    public abstract PciLocation Location { get; }

    /// <summary>The vendor identifier, configuration offset 0x00.</summary>
    public abstract ushort VendorId { get; }

    /// <summary>The device identifier, configuration offset 0x02.</summary>
    public abstract ushort DeviceId { get; }

    /// <summary>Its base address registers that decode something.</summary>
    public abstract IReadOnlyList<PciBar> Bars { get; }

    /// <summary>The vector of its INTx line, or null where it has none.</summary>
    public abstract uint? InterruptVector { get; }

    /// <summary>Reads configuration space from a byte offset; within its 256 bytes.</summary>
    public abstract void ReadConfiguration(int offset, Span<byte> destination);

    /// <summary>Writes configuration space from a byte offset; within its 256 bytes.</summary>
    public abstract void WriteConfiguration(int offset, ReadOnlySpan<byte> source);
}
