namespace Nonpaged.Machines;

/// <summary>
/// A card of the ISA bus, whose ports and interrupt line its jumpers set: nothing on the bus can say them.
/// </summary>
/// <param name="firstPort">Its first I/O port.</param>
/// <param name="ports">How many it has.</param>
/// <param name="interrupt">Its interrupt line, IRQ 0 to 15.</param>
public sealed class IsaDevice(ushort firstPort, ushort ports, uint interrupt) : MachineDevice
{
    /// <summary>Its first I/O port.</summary>
    public ushort FirstPort => firstPort;

    /// <inheritdoc/>
    public override string Place => $"port 0x{firstPort:x}";

    /// <inheritdoc/>
    public override IReadOnlyList<DeviceRange> Ranges { get; } = [new DeviceRange(IsPort: true, firstPort, ports)];

    /// <inheritdoc/>
    public override uint? InterruptVector => interrupt;
}
